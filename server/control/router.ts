import type { Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import type { Telling } from '../core/incidents/types.ts';
import type { RetentionSettings } from '../core/retention.ts';
import type { AccessOperations } from '../operations/access/access.ts';
import { type AlertSource, noAlerts } from '../operations/alerts.ts';
import type { ConfigSource } from '../operations/config.ts';
import { noConfig } from '../operations/config.ts';
import type { AboutProgram } from './about.ts';
import { aboutRouter } from './about.ts';
import { accessRouter } from './access.ts';
import { alertsRouter } from './alerts.ts';
import { auditRouter } from './audit.ts';
import { circuitsRouter } from './circuits.ts';
import { configRouter } from './config.ts';
import { eventsRouter } from './events.ts';
import { incidentsRouter } from './incidents.ts';
import type { LiveSource } from './live.ts';
import { liveRouter } from './live.ts';
import type { OverviewSource } from './overview.ts';
import { overviewRouter } from './overview.ts';
import { providersRouter } from './providers.ts';
import { recordRouter } from './record.ts';
import { requestsRouter } from './requests.ts';
import { savingsRouter } from './savings.ts';
import { router } from './trpc.ts';

/** What the procedures work on. */
export interface RouterDeps {
  operations: AccessOperations;
  storage: Storage;
  live: LiveSource;
  overviews: OverviewSource;
  book: ProviderBook;
  about: () => AboutProgram;
  settings: { retention: RetentionSettings; database: string };
  config?: ConfigSource;
  alerts?: AlertSource;
  /** How far incidents have been told; absent: up to now. */
  telling?: () => Telling;
}

const toldAll = (): Telling => ({ isBehind: false, toldUntil: null });

/** Every procedure of the control plane: one file a noun. */
export function createRouter(deps: RouterDeps) {
  return router({
    circuits: circuitsRouter(deps.operations, deps),
    providers: providersRouter(deps.operations, deps.book),
    requests: requestsRouter(deps.storage, deps.book),
    incidents: incidentsRouter(deps.operations, deps.telling ?? toldAll),
    savings: savingsRouter(deps.operations, deps.book),
    audit: auditRouter(deps.storage),
    events: eventsRouter(deps.storage),
    live: liveRouter(deps.live),
    overview: overviewRouter(deps.overviews),
    access: accessRouter(deps.operations),
    alerts: alertsRouter(deps.operations, deps.alerts ?? noAlerts),
    config: configRouter(deps.operations, deps.config ?? noConfig),
    about: aboutRouter(deps),
    record: recordRouter(deps),
  });
}

/** The types of it all, for the dashboard and the command line. */
export type AppRouter = ReturnType<typeof createRouter>;
