import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { client, type Outputs } from '../api.ts';
import { errorSentence } from '../errors.ts';
import type { Cell } from '../exports.ts';
import { useLive } from '../live/useLive.ts';
import { zoneName } from '../time.ts';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { TimeText } from '../ui/figures.tsx';
import { EmptyState } from '../ui/panel.tsx';
import { useZone } from '../zone.tsx';
import '../requests/requests.css';
import './audit.css';

type AuditRow = Outputs['audit']['list']['rows'][number];

const pageRows = 100;
const refetchMs = 10_000;

const exported: readonly (readonly [string, (row: AuditRow) => Cell])[] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => new Date(at).toISOString()],
  ['who', ({ who }) => who],
  ['what', ({ what }) => what],
  ['subject', ({ subject }) => subject],
  ['outcome', ({ outcome }) => outcome],
  ['reason', ({ reason }) => reason],
  ['from', ({ from }) => from],
  ['before', ({ before }) => (before === null ? null : (JSON.stringify(before) ?? null))],
  ['after', ({ after }) => (after === null ? null : (JSON.stringify(after) ?? null))],
];

/** Who did what, why, and from where. Refused acts and sign-ins too. */
export function AuditPage() {
  const { subject } = useSearch({ from: '/audit' });
  const query = useInfiniteQuery({
    queryKey: ['audit', subject ?? null],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => client.audit.list.query({ subject, before: pageParam, limit: pageRows }),
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: refetchMs,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <h1 className="visually-hidden">Audit</h1>
      <div className="bar">
        <SubjectChoice subject={subject} />
        <span className="grow" />
        <ExportButtons name="audit" columns={exported} read={(page) => client.audit.list.query({ subject, ...page })} />
      </div>
      <section className="panel requests-list" aria-label="Acts">
        {query.error && <p className="note note-open">■ {errorSentence(query.error)} What was read before stays.</p>}
        {rows.length > 0 && <AuditTable rows={rows} />}
        {rows.length === 0 && !query.isPending && (
          <EmptyState title="Nobody has done anything yet">
            <p>Trips, holds, resets, probes and sign-ins are listed here, also those that were refused.</p>
          </EmptyState>
        )}
        {query.hasNextPage && (
          <button type="button" className="button older" onClick={() => void query.fetchNextPage()}>
            Older acts
          </button>
        )}
      </section>
    </>
  );
}

function SubjectChoice({ subject }: { subject: string | undefined }) {
  const { circuits } = useLive();
  const navigate = useNavigate();
  const names = circuits.map(({ provider }) => provider);
  if (subject !== undefined && !names.includes(subject)) names.push(subject);
  return (
    <label className={`chip ${subject === undefined ? '' : 'chip-on'}`}>
      Provider
      <select
        value={subject ?? ''}
        onChange={({ currentTarget: { value } }) =>
          void navigate({ to: '/audit', search: value === '' ? {} : { subject: value }, replace: true })
        }
      >
        <option value="">any</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function AuditTable({ rows }: { rows: AuditRow[] }) {
  const zone = useZone();
  return (
    <table className="requests-table audit-table">
      <thead>
        <tr>
          <th>time {rows[0] && zoneName(zone, rows[0].at)}</th>
          <th>who</th>
          <th>what</th>
          <th>on</th>
          <th>why</th>
          <th>before and after</th>
          <th>from</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="muted">
              <TimeText at={row.at} bare />
            </td>
            <td>{row.who}</td>
            <td>
              {row.what}
              {row.outcome === 'refused' && <span className="outcome outcome-failed">refused</span>}
            </td>
            <td>{row.subject ?? ''}</td>
            <td className="cell-why">{row.reason ?? ''}</td>
            <td className="cell-change">
              <Change before={row.before} after={row.after} />
            </td>
            <td className="muted">{row.from ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `closed → tripped`; the whole of it opens. */
function Change({ before, after }: { before: unknown; after: unknown }) {
  if (before === null && after === null) return null;
  return (
    <details>
      <summary>
        {stateOf(before)} → {stateOf(after)}
      </summary>
      <pre>{JSON.stringify({ before, after }, null, 2)}</pre>
    </details>
  );
}

function stateOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '–';
  return 'state' in data ? String(data.state) : 'as recorded';
}
