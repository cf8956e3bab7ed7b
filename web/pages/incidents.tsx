import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { aboutQuery, client } from '../api.ts';
import type { Cell } from '../exports.ts';
import { incidentFilterOf, readIncidentsSearch } from '../incidents/filter.ts';
import { IncidentFilters } from '../incidents/filters.tsx';
import { type IncidentRow, openOf, openQuery, refetchMs, useTelling } from '../incidents/queries.ts';
import { showAge } from '../time.ts';
import { CopyBox } from '../ui/copyBox.tsx';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { Age, TimeText, ZoneWord } from '../ui/figures.tsx';
import { EmptyState } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { useInSight, useRowKeys } from '../ui/useRowKeys.ts';
import { wholeNumber } from '../words.ts';
import '../requests/requests.css';
import '../incidents/incidents.css';

const pageRows = 50;

const exported: readonly (readonly [string, (row: IncidentRow) => Cell])[] = [
  ['id', ({ id }) => id],
  ['state', ({ state }) => state],
  ['title', ({ title }) => title],
  ['began', ({ beganAt }) => iso(beganAt)],
  ['detected', ({ detectedAt }) => iso(detectedAt)],
  ['mitigated', ({ mitigatedAt }) => iso(mitigatedAt)],
  ['provider_back', ({ backAt }) => iso(backAt)],
  ['resolved', ({ resolvedAt }) => iso(resolvedAt)],
  ['providers', ({ providers }) => providers.join(' ')],
  ['chains', ({ chains }) => chains.join(' ')],
  ['errors', ({ errors }) => errors],
  ['openings', ({ openings }) => openings],
];

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Those that go on first, then the newest. */
export function IncidentsPage() {
  const raw = useSearch({ from: '/incidents' });
  // Read again: the router keeps beside it what the address had, understood or not.
  const search = useMemo(() => readIncidentsSearch({ ...raw }), [raw]);
  const filter = incidentFilterOf(search);
  const query = useInfiniteQuery({
    queryKey: ['incidents', 'list', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => client.incidents.list.query({ ...filter, before: pageParam, limit: pageRows }),
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: refetchMs,
  });
  const telling = useTelling();
  const isBehind = telling?.isBehind === true;
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <h1 className="visually-hidden">Incidents</h1>
      <div className="bar">
        <OpenWords />
        <IncidentFilters search={search} />
        <span className="grow" />
        <Link to="/alerts" className="button">
          Who is told
        </Link>
        <ExportButtons
          name="incidents"
          columns={exported}
          read={(page) => client.incidents.list.query({ ...filter, ...page })}
        />
      </div>
      <section className="panel requests-list" aria-label="Incidents">
        {query.error && <ReadError error={query.error} isKept={rows.length > 0} />}
        {isBehind && <StillTold until={telling.toldUntil} />}
        {rows.length > 0 && <IncidentTable rows={rows} selected={search.row} />}
        {rows.length === 0 && query.data !== undefined && !isBehind && (
          <NoIncidents filtered={filter.unresolved !== undefined || filter.provider !== undefined} />
        )}
        {query.hasNextPage && (
          <button type="button" className="button older" onClick={() => void query.fetchNextPage()}>
            Older incidents
          </button>
        )}
      </section>
    </>
  );
}

/** After a start: what the record holds of before is told in its order, and is not all here yet. */
function StillTold({ until }: { until: number | null }) {
  return (
    <p className="note incidents-behind">
      ▲ Older incidents are still being told
      {until !== null && (
        <>
          : up to <TimeText at={until} />
        </>
      )}
      . What goes on now comes when that is done.
    </p>
  );
}

/** Of all there are, whatever the filters leave. */
function OpenWords() {
  const { data } = useQuery(openQuery);
  if (!data) return null;
  const open = openOf(data);
  return open > 0 ? (
    <b className="incident-open">■ {open === 1 ? 'One incident goes on' : `${open} incidents go on`}</b>
  ) : (
    <span className="muted">No incident goes on</span>
  );
}

function IncidentTable({ rows, selected }: { rows: IncidentRow[]; selected: number | undefined }) {
  const navigate = useNavigate({ from: '/incidents' });
  const select = (row: number | undefined) =>
    void navigate({
      search: ({ row: _row, ...before }) => ({ ...before, ...(row !== undefined && { row }) }),
      replace: true,
      resetScroll: false,
    });
  useRowKeys({
    ids: rows.map(({ id }) => String(id)),
    selected: selected === undefined ? undefined : String(selected),
    select: (id) => select(Number(id)),
    enter: (id) => void navigate({ to: '/incidents/$id', params: { id } }),
    leave: () => select(undefined),
  });
  useInSight(selected === undefined ? null : `[data-incident="${selected}"]`);
  return (
    <table className="requests-table incidents-table">
      <thead>
        <tr>
          <th>no.</th>
          <th>state</th>
          <th>what</th>
          <th>
            began, <ZoneWord at={rows[0]?.beganAt} />
          </th>
          <th>lasted</th>
          <th>providers</th>
          <th>chains</th>
          <th>errors to callers</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.id}
            data-incident={row.id}
            className={row.id === selected ? 'selected' : ''}
            aria-current={row.id === selected ? 'true' : undefined}
          >
            <td className="muted">{row.id}</td>
            <td>
              <StateWord state={row.state} />
            </td>
            <td className="cell-title">
              <Link to="/incidents/$id" params={{ id: String(row.id) }}>
                {row.title}
              </Link>
            </td>
            <td className="muted">
              <TimeText at={row.beganAt} bare />
            </td>
            <td>{row.resolvedAt === null ? <Age since={row.beganAt} /> : showAge(row.resolvedAt - row.beganAt)}</td>
            <td>{row.providers.join(', ')}</td>
            <td>{row.chains.join(', ')}</td>
            <td className={row.errors > 0 ? 'incident-errors' : 'muted'}>
              {wholeNumber(row.errors)}
              <span className="incident-label"> {row.errors === 1 ? 'error' : 'errors'} to callers</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const stateSigns = { open: '■ goes on', watching: '▲ being watched', resolved: '● resolved' } as const;

function StateWord({ state }: { state: IncidentRow['state'] }) {
  return <span className={`incident-state incident-${state}`}>{stateSigns[state]}</span>;
}

function NoIncidents({ filtered }: { filtered: boolean }) {
  const { data: about } = useQuery(aboutQuery);
  if (filtered) {
    return (
      <EmptyState title="No incident fits these filters">
        <p>Take a filter off to see others.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="There has been no incident">
      <p>
        One writes itself when a circuit opens for longer than a moment, when callers get errors, or when a chain is
        answered by fallbacks, or slowly, far more than is usual for it.
      </p>
      <p>The demo breaks a provider every three minutes (npm start). Here it takes calls, like this one:</p>
      {about && <CopyBox text={about.curl} label="the command" />}
    </EmptyState>
  );
}
