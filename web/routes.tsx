import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  retainSearchParams,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { readAuditSearch } from './audit/filter.ts';
import { readIncidentsSearch } from './incidents/filter.ts';
import { LivePage } from './pages/live.tsx';
import { readLiveSearch } from './pages/liveKeys.ts';
import { providerTerms, readProviderSearch } from './provider/range.ts';
import { listTerms, readSearch } from './requests/filter.ts';
import { readSavingsSearch, savingsTerms } from './savings/range.ts';
import { Shell } from './shell/shell.tsx';
import type { Zone } from './time.ts';
import { FirstMinutes } from './ui/firstRequest.tsx';
import { EmptyState } from './ui/panel.tsx';
import type { RangeTerms } from './ui/range.ts';
import { zoneOf } from './zone.tsx';

/**
 * The addresses. What a page shows is in its address, so that a copied link shows the same. Live is what an outage is
 * watched on, and comes with the first script; the other pages come when they are asked for.
 */

interface RootSearch {
  /** The time zone: `utc`, or a name. */
  tz: Zone;
}

const rootRoute = createRootRoute({
  component: Shell,
  validateSearch: ({ tz }: { tz?: unknown } & SearchSchemaInput): RootSearch => ({ tz: zoneOf(tz) }),
  search: { middlewares: [retainSearchParams(['tz'])] },
});

const liveRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: Live,
  validateSearch: readLiveSearch,
});

const requestsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests',
  component: lazyRouteComponent(() => import('./pages/requests.tsx'), 'RequestsPage'),
  validateSearch: readSearch,
  staticData: { terms: listTerms },
});

const requestRoute = createRoute({
  getParentRoute: () => requestsRoute,
  path: '/$id',
  component: lazyRouteComponent(() => import('./requests/explainPanel.tsx'), 'ExplainPanel'),
});

const incidentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./pages/incidents.tsx'), 'IncidentsPage'),
  validateSearch: readIncidentsSearch,
});

const incidentRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('./pages/incident.tsx'), 'IncidentPage'),
  validateSearch: ({ from, to }: Record<string, unknown>): { from?: number; to?: number } =>
    typeof from === 'number' && typeof to === 'number' ? { from, to } : {},
});

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
  validateSearch: readAuditSearch,
  staticData: { terms: listTerms },
});

const actRoute = createRoute({
  getParentRoute: () => auditRoute,
  path: '/$id',
  component: lazyRouteComponent(() => import('./audit/actPanel.tsx'), 'ActPanel'),
});

const alertsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts',
  component: lazyRouteComponent(() => import('./pages/alerts.tsx'), 'AlertsPage'),
});

const accessRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/access',
  component: lazyRouteComponent(() => import('./pages/access.tsx'), 'AccessPage'),
});

const providerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/providers/$name',
  component: lazyRouteComponent(() => import('./pages/provider.tsx'), 'ProviderPage'),
  validateSearch: readProviderSearch,
  staticData: { terms: providerTerms },
});

const savingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/savings',
  component: lazyRouteComponent(() => import('./pages/savings.tsx'), 'SavingsPage'),
  validateSearch: readSavingsSearch,
  staticData: { terms: savingsTerms },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    liveRoute,
    requestsRoute.addChildren([requestRoute]),
    providerRoute,
    incidentsRoute,
    incidentRoute,
    auditRoute.addChildren([actRoute]),
    savingsRoute,
    alertsRoute,
    accessRoute,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: false,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** Of a page that shows a time: what it can be asked for. */
    terms?: RangeTerms;
  }
}

function Live() {
  return (
    <>
      <FirstMinutes />
      <LivePage />
    </>
  );
}

function NotFound() {
  return (
    <EmptyState title="Nothing is here">
      <h1 className="visually-hidden">There is no such page</h1>
      <p>There is no page at this address.</p>
      <p>
        <Link to="/">Go to Live</Link>
      </p>
    </EmptyState>
  );
}
