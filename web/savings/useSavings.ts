import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { liveStore } from '../live/page.ts';
import type { Zone } from '../time.ts';
import { boundsOf, type RangeSearch } from '../ui/range.ts';
import { useZone } from '../zone.tsx';
import { savingsTerms } from './range.ts';

/** Asked again so often, where no end is pinned. */
const againMs = 30_000;

/** What was saved in a time, by the days of the chosen zone. The one way in which pages come by it. */
export function useSavings(range: RangeSearch, everyMs = againMs) {
  const { last, from, to } = range;
  const zone = zoneNameOf(useZone());
  return useQuery({
    queryKey: ['savings', { last, from, to }, zone],
    queryFn: ({ signal }) => {
      const bounds = boundsOf(range, savingsTerms.standard, liveStore.serverNow());
      return client.savings.summary.query({ ...bounds, zone }, { signal });
    },
    refetchInterval: to === undefined ? everyMs : false,
    placeholderData: keepPreviousData,
  });
}

function zoneNameOf(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : zone;
}
