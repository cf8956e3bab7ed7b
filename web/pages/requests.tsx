import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { RequestRow } from '../../server/core/records.ts';
import { aboutQuery, client } from '../api.ts';
import type { Cell } from '../exports.ts';
import { liveStore } from '../live/page.ts';
import { maxRequests } from '../live/reduce.ts';
import { useLive } from '../live/useLive.ts';
import { filterOf, matches, type RequestSearch, readSearch } from '../requests/filter.ts';
import { Filters } from '../requests/filters.tsx';
import { RequestTable } from '../requests/table.tsx';
import { mergeTail } from '../requests/tail.ts';
import { type Counts, useCounts } from '../requests/useCounts.ts';
import { day, timeOfDay, zoneName } from '../time.ts';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { FirstRequest } from '../ui/firstRequest.tsx';
import { LetGo } from '../ui/letGo.tsx';
import { EmptyState } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { focusExplained, useRowKeys } from '../ui/useRowKeys.ts';
import { wholeNumber } from '../words.ts';
import { useZone } from '../zone.tsx';
import '../requests/requests.css';

const pageRows = 50;

/** What a file has of each request. */
const exported: readonly (readonly [string, (row: RequestRow) => Cell])[] = [
  ['id', ({ id }) => id],
  ['started_at', ({ startedAt }) => new Date(startedAt).toISOString()],
  ['chain', ({ chain }) => chain],
  ['client', (row) => row.client],
  ['outcome', ({ outcome }) => outcome],
  ['status', ({ status }) => status],
  ['error_code', ({ errorCode }) => errorCode],
  ['served_by', ({ servedBy }) => servedBy],
  ['trail', ({ attempts }) => attempts.map(({ provider, word }) => `${provider}=${word}`).join(' ')],
  ['first_token_ms', ({ firstTokenMs }) => firstTokenMs],
  ['duration_ms', ({ durationMs }) => durationMs],
  ['prompt_tokens', ({ usage }) => usage?.promptTokens ?? null],
  ['completion_tokens', ({ usage }) => usage?.completionTokens ?? null],
  ['cost_nano_usd', ({ costNanoUsd }) => costNanoUsd],
  ['cost_estimated', ({ costEstimated }) => costEstimated],
];

/** One row a request, its trail inline; the chosen one is explained beside. */
export function RequestsPage() {
  const search = useRequestSearch();
  const { id: selected } = useParams({ strict: false });
  const { data: about } = useQuery(aboutQuery);
  const list = useRequests();
  const { counts, isOld, error: uncounted } = useCounts(search, { still: list.held });
  const error = list.error ?? uncounted;
  const { rows, filter } = list;
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <h1 className="visually-hidden">Requests</h1>
      <div className="bar">
        <TailChip list={list} />
        <Filters search={search} chains={about?.chains ?? chainsOf(rows, search.chain)} counts={counts} isOld={isOld} />
      </div>
      <div className={`requests-split ${selected === undefined ? '' : 'has-selected'}`}>
        <section className="panel requests-list" aria-label="Requests">
          <div className="note requests-counted">
            <Counted counts={counts} isOld={isOld} />
            <LetGo kind="requests" from={filter.from}>
              they are only counted.
            </LetGo>
            {list.leftOut > 0 && (
              <span>
                A sample: {wholeNumber(list.leftOut)} more have ended since, and are not shown.{' '}
                <button type="button" className="link" onClick={list.reload}>
                  Read the record again
                </button>
              </span>
            )}
            <span className="grow" />
            <ExportButtons
              name="requests"
              columns={exported}
              expected={isOld ? undefined : counts?.counts.requests}
              read={(page) => client.requests.list.query({ ...filter, ...page })}
            />
          </div>
          {error !== null && <ReadError error={error} isKept={rows.length > 0} />}
          {rows.length > 0 && <RequestTable rows={rows} selected={selected} setPointer={list.setPointer} />}
          {rows.length === 0 && list.error === null && <Nothing isPending={list.isPending} filtered={filtered} />}
          {list.more !== null && (
            <button type="button" className="button older" onClick={list.more}>
              Older requests
            </button>
          )}
        </section>
        <Outlet />
      </div>
    </>
  );
}

/** How many fit, and of which time. */
function Counted({ counts, isOld }: { counts: Counts | undefined; isOld: boolean }) {
  const zone = useZone();
  if (!counts) return null;
  if (isOld) return <b>Counting…</b>;
  const { from, to, complete } = counts;
  const moment = (at: number) => `${day(at, zone)} ${timeOfDay(at, zone)}`;
  const span =
    from === null ? '' : `, from ${moment(from)}${to === null ? '' : ` to ${moment(to)}`} ${zoneName(zone, from)}`;
  return (
    <span>
      <b>{wholeNumber(counts.counts.requests)}</b> in the record{span}
      {!complete && ' · older ones are still being counted: these are the least there are'}
    </span>
  );
}

function Nothing({ isPending, filtered }: { isPending: boolean; filtered: boolean }) {
  if (isPending) return <EmptyState title="Reading the record…" />;
  if (!filtered) return <FirstRequest />;
  return (
    <EmptyState title="No request fits these filters">
      <p>Those that come and fit appear here by themselves. Take a filter off to see others.</p>
    </EmptyState>
  );
}

/** Before the program's own list is known: the chains that were seen. */
function chainsOf(rows: RequestRow[], chosen: string | undefined): string[] {
  return [...new Set([...rows.map(({ chain }) => chain), ...(chosen === undefined ? [] : [chosen])])].sort();
}

/** The filters in the address. Read again: the router keeps beside them what the address had, understood or not. */
function useRequestSearch(): RequestSearch {
  const raw = useSearch({ from: '/requests' });
  return useMemo(() => readSearch({ ...raw }), [raw]);
}

type List = ReturnType<typeof useRequests>;

/** The stream began anew: what ended while there was none is in the record. Not while somebody points at the rows. */
function useReadAgain({ refetch }: { refetch: () => Promise<unknown> }, isBehind: boolean): void {
  useEffect(() => {
    if (isBehind) void refetch();
  }, [isBehind, refetch]);
}

/** The list as it was when somebody began to point at it: so many of the tail, and from when on. */
interface Hold {
  shown: number;
  from: number | undefined;
}

/** The record's rows and the live tail's, as one list that holds still while somebody points at it or reads one. */
function useRequests() {
  const search = useRequestSearch();
  const { id: selected } = useParams({ strict: false });
  const live = useLive();
  const query = useInfiniteQuery({
    queryKey: ['requests', search],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const { requestsShown, requestsLeftOut, snapshots } = liveStore.view();
      const asked = { ...filterOf(search, liveStore.serverNow()), before: pageParam, limit: pageRows };
      const page = await client.requests.list.query(asked);
      return { ...page, requestsShown, requestsLeftOut, snapshots };
    },
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchOnWindowFocus: false,
  });
  const [pointer, setPointer] = useState(false);
  // "The last 15 minutes" go on with the clock, and stand still with the list.
  const filter = useMemo(() => filterOf(search, live.serverNow()), [search, live]);
  const [hold, setHold] = useState<Hold | null>(null);
  const held = pointer || selected !== undefined;
  const asItStands = { shown: live.requestsShown, from: filter.from };
  if (held && hold === null) setHold(asItStands);
  if (!held && hold !== null) setHold(null);
  const recorded = useMemo(() => query.data?.pages.flatMap(({ rows }) => rows) ?? [], [query.data]);
  const isWhole = query.data !== undefined && !query.hasNextPage;
  const { rows, waiting, cut } = useMemo(() => {
    const belongs = (row: RequestRow) => matches(row, filter);
    const { from = 0 } = hold ?? filter;
    const inTime = recorded.filter(({ startedAt }) => startedAt >= from);
    return mergeTail({ recorded: inTime, isWhole, tail: live, belongs, heldAt: hold?.shown ?? null });
  }, [recorded, isWhole, live, filter, hold]);
  const first = query.data?.pages[0];
  useReadAgain(query, first !== undefined && first.snapshots < live.snapshots && !held && live.status !== 'paused');
  const fallenOut = first ? Math.max(0, live.requestsShown - first.requestsShown - maxRequests) : 0;
  return {
    rows,
    filter,
    waiting: waiting + live.requestsMissed,
    held,
    paused: live.status === 'paused',
    resume: live.resume,
    showWaiting: () => setHold(asItStands),
    setPointer,
    leftOut: first ? live.requestsLeftOut - first.requestsLeftOut + fallenOut + cut : 0,
    reload: () => void query.refetch(),
    error: query.error,
    isPending: query.isPending,
    more: query.hasNextPage ? () => void query.fetchNextPage() : null,
  };
}

/** Whether new rows come by themselves, and how many wait. */
function TailChip({ list }: { list: List }) {
  const { status, via } = useLive();
  const navigate = useNavigate();
  const { id: selected } = useParams({ strict: false });
  useRowKeys({
    ids: list.rows.map(({ id }) => id),
    selected,
    select: (id) => void navigate({ to: '/requests/$id', params: { id }, search: true }),
    enter: focusExplained,
    leave: () => void navigate({ to: '/requests', search: true }),
  });
  if (!list.paused && !list.held) {
    // Polled are circuits and figures: no requests.
    if (status !== 'live' || via === 'polling')
      return <span className="chip chip-still chip-tail">No live tail: no stream</span>;
    return (
      <span className="chip chip-on chip-still chip-tail">
        Live tail <b aria-hidden="true">●</b>
      </span>
    );
  }
  return (
    <button type="button" className="chip chip-on chip-tail" onClick={list.paused ? list.resume : list.showWaiting}>
      {list.paused ? 'Paused' : 'Held'} {list.waiting > 0 && <b>+{wholeNumber(list.waiting)} new</b>}
    </button>
  );
}
