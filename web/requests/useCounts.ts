import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client, type Outputs } from '../api.ts';
import { liveStore } from '../live/page.ts';
import { useLive } from '../live/useLive.ts';
import { filterOf, type RequestSearch } from './filter.ts';

/** How many requests each choice of the filters would leave. */
export type Counts = Outputs['requests']['counts'];

const againMs = 10_000;

/**
 * Of the range in the address, asked again every ten seconds while the page is live. Until another filter is counted, `counts` are
 * those of the one before (`isOld`): they keep their place on the page, and are no figures.
 * `still`: somebody points at a row, which nothing may move.
 */
export function useCounts(search: RequestSearch, { still }: { still: boolean }) {
  const { status } = useLive();
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['requests.counts', search],
    queryFn: () => client.requests.counts.query(filterOf(search, liveStore.serverNow())),
    refetchInterval: status === 'live' && !still ? againMs : false,
    placeholderData: keepPreviousData,
  });
  return { counts: data, error, isOld: isPlaceholderData };
}
