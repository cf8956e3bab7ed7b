import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { client, type Outputs } from '../api.ts';
import { useLive } from '../live/useLive.ts';

export type IncidentRow = Outputs['incidents']['list']['rows'][number];
export type Incident = Outputs['incidents']['get'];
export type TimelineRow = Incident['timeline'][number];

/** Also without a word from the live feed: what goes on is counted again now and then. */
export const refetchMs = 30_000;
/** Open at once, as far as a badge counts. */
const maxBadge = 99;

export const incidentQuery = (id: number) =>
  queryOptions({
    queryKey: ['incidents', 'get', id],
    queryFn: () => client.incidents.get.query({ id }),
    refetchInterval: ({ state }) => (state.data?.state === 'resolved' ? false : refetchMs),
  });

export const openQuery = queryOptions({
  queryKey: ['incidents', 'open'],
  queryFn: () => client.incidents.list.query({ unresolved: true, limit: maxBadge }),
  refetchInterval: refetchMs,
});

/** While it catches up, asked again so soon. */
const behindMs = 1_000;

/** How far incidents have been told. Read again with them, and until all are told. */
export function useTelling(): Outputs['incidents']['telling'] | undefined {
  return useQuery({
    queryKey: ['incidents', 'telling'],
    queryFn: () => client.incidents.telling.query(),
    refetchInterval: ({ state }) => (state.data?.isBehind ? behindMs : refetchMs),
  }).data;
}

/** How many go on now; reads them again whenever the program has written something of them. */
export function useOpenIncidents(): number {
  const { incidentsTold } = useLive();
  const queries = useQueryClient();
  const { data } = useQuery(openQuery);
  useEffect(() => {
    if (incidentsTold > 0) void queries.invalidateQueries({ queryKey: ['incidents'] });
  }, [incidentsTold, queries]);
  return data ? openOf(data) : 0;
}

/** Of those that are not over, how many go on. */
export function openOf({ rows }: Outputs['incidents']['list']): number {
  return rows.filter(({ state }) => state === 'open').length;
}
