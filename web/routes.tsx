import { createRootRoute, createRoute, createRouter, Link, retainSearchParams } from '@tanstack/react-router';
import { AuditPage } from './pages/audit.tsx';
import { LivePage } from './pages/live.tsx';
import { readLiveSearch } from './pages/liveKeys.ts';
import { RequestsPage } from './pages/requests.tsx';
import { ExplainPanel } from './requests/explainPanel.tsx';
import { readSearch } from './requests/filter.ts';
import { Shell } from './shell/shell.tsx';
import { isZone } from './time.ts';
import { FirstMinutes } from './ui/firstRequest.tsx';
import { EmptyState } from './ui/panel.tsx';

/** The addresses. What a page shows is in its address, so that a copied link shows the same. */

interface RootSearch {
  /** The time zone: `utc`, `local`, or a name. */
  tz?: string;
}

const rootRoute = createRootRoute({
  component: Shell,
  validateSearch: ({ tz }: Record<string, unknown>): RootSearch => (typeof tz === 'string' && isZone(tz) ? { tz } : {}),
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
  component: RequestsPage,
  validateSearch: readSearch,
});

const requestRoute = createRoute({ getParentRoute: () => requestsRoute, path: '/$id', component: ExplainPanel });

const auditRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/audit',
  component: AuditPage,
  validateSearch: ({ subject }: Record<string, unknown>): { subject?: string } =>
    typeof subject === 'string' && subject !== '' ? { subject } : {},
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([liveRoute, requestsRoute.addChildren([requestRoute]), auditRoute]),
  defaultPreload: false,
  scrollRestoration: false,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
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
