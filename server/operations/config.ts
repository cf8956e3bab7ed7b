import type { ConfigChange, ConfigReload, ConfigState } from '../core/configState.ts';
import type { EffectiveSetting } from '../core/effective.ts';
import { OperationError } from './errors.ts';
import type { Caller, Operations } from './operations.ts';

/** Changes and problems that one audit row holds. */
const mostTold = 100;

/** The config file; handed in, so that no verb reaches for the disk. */
export interface ConfigSource {
  state(): ConfigState;
  /** Every setting in force, with where it came from; secrets hidden. Empty: it is not known. */
  inForce(): EffectiveSetting[];
  /** Reads the file again, and takes up what it says if nothing is wrong with it. Null: there is no file. */
  reload(): ConfigReload | null;
}

/** Of a program without a file, such as the demo. */
export const noConfig: ConfigSource = {
  state: () => ({ file: null, loadedAt: 0, problems: [], refusedAt: null, needRestart: [] }),
  inForce: () => [],
  reload: () => null,
};

type Reloading = Pick<Operations, 'journal' | 'newId' | 'clock' | 'log'>;

/**
 * Reads the config again in the name of somebody, with its audit row: keys that changed, never a secret. With problems the
 * old config stays, and all of them are told. Throws `OperationError`: `not_found` where there is no file.
 */
export function reloadConfig(
  operations: Reloading,
  config: ConfigSource,
  by: Pick<Caller, 'who'> & { from: string | null; reason: string | null },
): ConfigReload {
  const came = config.reload();
  if (came === null) {
    throw new OperationError(
      'not_found',
      'There is no config file to read again: this is the demo. Start Recloser with --config FILE to have one.',
    );
  }
  const { who, from, reason } = by;
  const { clock, newId, journal, log } = operations;
  journal.audit({
    ...{ id: newId(), at: clock.wall(), who, from, reason, what: 'config.reload', subject: null, before: null },
    after: told(came),
    outcome: came.ok ? 'done' : 'refused',
  });
  if (!came.ok) {
    log.error({ problems: came.problems }, 'The config was read again and refused: the one of before stays in force.');
    return came;
  }
  const { changes, needRestart, notes } = came;
  log.info({ changes: keysOf(changes), needRestart, notes }, 'The config was read again and is in force.');
  return came;
}

function told(came: ConfigReload): object {
  if (!came.ok) return { problems: came.problems.slice(0, mostTold) };
  const { changes, needRestart } = came;
  return { changes: changes.slice(0, mostTold), changed: changes.length, needRestart };
}

function keysOf(changes: readonly ConfigChange[]): string[] {
  return changes.slice(0, mostTold).map(({ key }) => key);
}
