import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../api.ts';
import { liveStore } from '../live/page.ts';
import type { Zone } from '../time.ts';
import { useZone } from '../zone.tsx';
import { type Range, ranges } from './range.ts';

interface SavingsAsk {
  range: Range;
  /** Up to when, ms since 1970; absent: now, asked again and again. */
  to?: number | undefined;
  againMs?: number;
}

/** What was saved in a time, by the days of the chosen zone. The one way in which pages come by it. */
export function useSavings({ range, to: end, againMs = 30_000 }: SavingsAsk) {
  const zone = zoneNameOf(useZone());
  return useQuery({
    queryKey: ['savings', range, end ?? 'now', zone],
    queryFn: ({ signal }) => {
      const to = end ?? Math.round(liveStore.serverNow());
      return client.savings.summary.query({ from: to - ranges[range], to, zone }, { signal });
    },
    refetchInterval: end === undefined ? againMs : false,
    placeholderData: keepPreviousData,
  });
}

function zoneNameOf(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : zone;
}
