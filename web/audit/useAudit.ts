import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { client, type Outputs } from '../api.ts';
import { liveStore } from '../live/page.ts';
import { useLive } from '../live/useLive.ts';
import { type AuditSearch, auditFilterOf } from './filter.ts';

export type AuditRow = Outputs['audit']['list']['rows'][number];

const pageRows = 100;
const againMs = 10_000;

/**
 * The acts of a filter, page by page, and how many there are. Asked again every ten seconds while the page is live, but not
 * while somebody reads them (`still`), nor once older ones are there: no row moves under the pointer.
 */
export function useAudit(search: AuditSearch, { still }: { still: boolean }) {
  const { status } = useLive();
  const isStill = (pages: number) => status !== 'live' || still || pages > 1;
  const now = () => auditFilterOf(search, liveStore.serverNow());
  const list = useInfiniteQuery({
    queryKey: ['audit', search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => client.audit.list.query({ ...now(), before: pageParam, limit: pageRows }),
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => (isStill(state.data?.pages.length ?? 0) ? false : againMs),
  });
  const {
    data: counts,
    error: uncounted,
    isPlaceholderData: isOld,
  } = useQuery({
    queryKey: ['audit.counts', search],
    queryFn: () => client.audit.counts.query(now()),
    refetchInterval: isStill(list.data?.pages.length ?? 0) ? false : againMs,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });
  const rows: AuditRow[] = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return { list, rows, counts, isOld, error: list.error ?? uncounted, held: isStill(list.data?.pages.length ?? 0) };
}
