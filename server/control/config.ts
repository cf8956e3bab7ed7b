import type { ConfigReload, ConfigState } from '../core/configState.ts';
import type { EffectiveSetting } from '../core/effective.ts';
import { type ConfigSource, reloadConfig } from '../operations/config.ts';
import type { Operations } from '../operations/operations.ts';
import { admin, router, viewer } from './trpc.ts';

/** The config file: whether what it says is in force, and to read it again. */
export function configRouter(operations: Operations, config: ConfigSource) {
  return router({
    get: viewer.query((): ConfigState => config.state()),
    /** Names files and addresses of this machine, so it is for those who may change them. */
    inForce: admin.query((): EffectiveSetting[] => config.inForce()),
    reload: admin.mutation(
      ({ ctx }): ConfigReload => reloadConfig(operations, config, { ...ctx.caller, reason: null }),
    ),
  });
}
