import type { Storage } from '../../db/storage.ts';
import type { Operations } from '../operations/operations.ts';
import { auditRouter } from './audit.ts';
import { circuitsRouter } from './circuits.ts';
import { eventsRouter } from './events.ts';
import type { LiveSource } from './live.ts';
import { liveRouter } from './live.ts';
import { requestsRouter } from './requests.ts';
import { router } from './trpc.ts';

/** What the procedures work on. */
export interface RouterDeps {
  operations: Operations;
  storage: Storage;
  live: LiveSource;
}

/** Every procedure of the control plane: one file a noun. */
export function createRouter(deps: RouterDeps) {
  return router({
    circuits: circuitsRouter(deps.operations),
    requests: requestsRouter(deps.storage),
    audit: auditRouter(deps.storage),
    events: eventsRouter(deps.storage),
    live: liveRouter(deps.live),
  });
}

/** The types of it all, for the dashboard and the command line. */
export type AppRouter = ReturnType<typeof createRouter>;
