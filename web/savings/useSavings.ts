import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { liveStore } from '../live/page.ts';
import type { Zone } from '../time.ts';
import { useZone } from '../zone.tsx';
import { type Range, ranges } from './range.ts';

/** What was saved in a time that ends now, by the days of the chosen zone. The one way in which pages come by it. */
export function useSavings(range: Range, againMs = 30_000) {
  const zone = zoneNameOf(useZone());
  return useQuery({
    queryKey: ['savings', range, zone],
    queryFn: ({ signal }) => {
      const to = Math.round(liveStore.serverNow());
      return client.savings.summary.query({ from: to - ranges[range], to, zone }, { signal });
    },
    refetchInterval: againMs,
    placeholderData: keepPreviousData,
  });
}

function zoneNameOf(zone: Zone): string {
  if (zone === 'utc') return 'UTC';
  return zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}
