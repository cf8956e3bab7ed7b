import type { Storage } from '../db/storage.ts';
import { Alerter } from './alerts/alerter.ts';
import { createPost } from './alerts/post.ts';
import type { World } from './app.ts';
import type { Board } from './circuits/board.ts';
import type { Telling } from './core/incidents/types.ts';
import type { Overview } from './core/overview.ts';
import type { Settings } from './core/settings.ts';
import { guardedLookup } from './gateway/guardedLookup.ts';

interface AlertingParts {
  /** In force now. */
  settings: () => Settings;
  world: World;
  storage: Storage;
  board: Board;
  overview: () => Overview;
  /** How far incidents have been told. */
  telling: () => Telling;
  /** Where the dashboard is listened to. */
  controlUrl: () => string;
}

/** Who tells people of outages, with connections of its own. */
export function createAlerting(parts: AlertingParts) {
  const { settings, world, storage, board, overview, telling, controlUrl } = parts;
  const { clock, log, newId } = world;
  const { post, close } = createPost({ clock, guarded: guardedLookup() });
  const alerter = new Alerter({
    ...{ storage, clock, log, newId, post },
    destinations: () => settings().alerts,
    facts: () => ({
      ...factsOf(overview()),
      circuits: board.list(),
      isBehind: telling().isBehind,
      environment: settings().environment,
      dashboard: settings().signIn.url ?? controlUrl(),
    }),
  });
  return {
    alerter,
    async stop(): Promise<void> {
      await alerter.stop();
      await close();
    },
  };
}

function factsOf({ chains, ours }: Overview): Pick<Overview, 'chains' | 'ours'> {
  return { chains, ours };
}
