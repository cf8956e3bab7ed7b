import { createRootRoute, createRoute, createRouter, retainSearchParams } from '@tanstack/react-router';
import { LivePage } from './pages/live.tsx';
import { Shell } from './shell/shell.tsx';
import { isZone } from './time.ts';

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

const liveRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: LivePage });

export const router = createRouter({
  routeTree: rootRoute.addChildren([liveRoute]),
  defaultPreload: false,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
