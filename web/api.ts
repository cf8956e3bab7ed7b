import { QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { createTRPCClient, getUntypedClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '../server/control/router.ts';
import type { About } from '../server/core/about.ts';
import type { Hour, Overview, TripPreview } from '../server/core/overview.ts';
import { codeOf, isUnauthorized } from './errors.ts';
import { HeardEventSource } from './live/heard.ts';
import { noteStranger } from './strangers.ts';

export type Outputs = inferRouterOutputs<AppRouter>;

/** The one client. Reading and acting go in batches; the live feed has its own line. */
export const client = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url: '/trpc', EventSource: HeardEventSource }),
      false: httpBatchLink({ url: '/trpc', maxItems: 10 }),
    }),
  ],
});

/** To be told by whatever asks outside TanStack Query. */
export function noteError(error: unknown): void {
  if (isUnauthorized(error)) noteStranger();
}

/** What may pass is asked again; a refusal is not. */
const maxRetries = 2;
const finalCodes = ['UNAUTHORIZED', 'NOT_FOUND', 'BAD_REQUEST', 'FORBIDDEN', 'CONFLICT'];

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteError }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => count < maxRetries && !finalCodes.includes(codeOf(error) ?? ''),
      // The live feed knows better than the browser whether there is a line.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false, onError: noteError },
  },
});

/** Options of every procedure: `useQuery(trpc.requests.list.queryOptions(input))`, `useMutation(trpc.circuits.trip.mutationOptions())`. */
export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });

const untyped = getUntypedClient(client);

/** Procedures of which only the answer's type is shared, in `server/core`. */
function ask<Answer>(path: string, input?: object) {
  return queryOptions({
    queryKey: [path, input ?? null],
    queryFn: async ({ signal }) => (await untyped.query(path, input, { signal })) as Answer,
  });
}

export const aboutQuery = ask<About>('about.get');
export const overviewQuery = ask<Overview>('overview.get');
export const hourQuery = ask<Hour>('overview.hour');
export const previewQuery = (provider: string) => ask<TripPreview>('circuits.preview', { provider });
