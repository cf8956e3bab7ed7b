import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { client } from '../api.ts';
import { auditFilterOf, readAuditSearch } from '../audit/filter.ts';
import { AuditFilters } from '../audit/filters.tsx';
import { KeptPanel } from '../audit/keptPanel.tsx';
import { type AuditRow, useAudit } from '../audit/useAudit.ts';
import { actWord, changeInShort } from '../audit/words.ts';
import type { Cell } from '../exports.ts';
import { liveStore } from '../live/page.ts';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { TimeText, ZoneWord } from '../ui/figures.tsx';
import { EmptyState } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { focusExplained, useRowKeys } from '../ui/useRowKeys.ts';
import { plural } from '../words.ts';
import '../requests/requests.css';
import './audit.css';

/** What a file has of each act. */
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
  const raw = useSearch({ from: '/audit' });
  // Read again: the router keeps beside it what the address had, understood or not.
  const search = useMemo(() => readAuditSearch({ ...raw }), [raw]);
  const { id: selected } = useParams({ strict: false });
  const [pointed, setPointed] = useState(false);
  const { list, rows, counts, isOld, error, held } = useAudit(search, { still: pointed || selected !== undefined });
  const navigate = useNavigate();
  useRowKeys({
    ids: rows.map(({ id }) => id),
    selected,
    select: (id) => void navigate({ to: '/audit/$id', params: { id }, search: true }),
    enter: focusExplained,
    leave: () => void navigate({ to: '/audit', search: true }),
  });
  return (
    <>
      <h1 className="visually-hidden">Audit</h1>
      <div className="bar">
        <AuditFilters {...{ search, counts, isOld }} />
        <span className="grow" />
        <ExportButtons
          look="chip"
          name="audit"
          columns={exported}
          expected={isOld ? undefined : counts?.acts}
          read={(page) => client.audit.list.query({ ...auditFilterOf(search, liveStore.serverNow()), ...page })}
        />
      </div>
      <div className={`requests-split ${selected === undefined ? '' : 'has-selected'}`}>
        <section className="panel requests-list" aria-label="Acts">
          <p className="note requests-counted">
            {counts && (
              <span>
                <b>{isOld ? 'Counting…' : plural(counts.acts, 'act')}</b>
                {held ? ' · held as they stand while you read' : ' · asked again every 10 s'}
              </span>
            )}
            {held && (
              <button type="button" className="link" onClick={() => void list.refetch()}>
                Read the record again
              </button>
            )}
          </p>
          {error && <ReadError error={error} isKept={rows.length > 0} />}
          {rows.length > 0 && <AuditTable rows={rows} selected={selected} setPointed={setPointed} />}
          {rows.length === 0 && !list.error && (
            <Nothing isPending={list.isPending} filtered={Object.keys(search).length > 0} />
          )}
          {list.hasNextPage && (
            <button type="button" className="button older" onClick={() => void list.fetchNextPage()}>
              Older acts
            </button>
          )}
        </section>
        <Outlet />
      </div>
      <KeptPanel />
    </>
  );
}

function Nothing({ isPending, filtered }: { isPending: boolean; filtered: boolean }) {
  if (isPending) return <EmptyState title="Reading the record…" />;
  if (filtered) {
    return (
      <EmptyState title="No act fits these filters">
        <p>Take a filter off to see others.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nobody has done anything yet">
      <p>Trips, holds, resets, probes, notes and sign-ins are listed here, also those that were refused.</p>
      <pre>npm run recloser -- trip deepseek-v3 --reason "planned work" --for 15m</pre>
    </EmptyState>
  );
}

interface TableProps {
  rows: AuditRow[];
  selected: string | undefined;
  /** Told when the pointer comes over the rows, and when it leaves. */
  setPointed: (over: boolean) => void;
}

function AuditTable({ rows, selected, setPointed }: TableProps) {
  return (
    <table className="requests-table audit-table">
      <thead>
        <tr>
          <th>
            time, <ZoneWord at={rows[0]?.at} />
          </th>
          <th>who</th>
          <th>what</th>
          <th>on</th>
          <th>why</th>
          <th>changed</th>
          <th>from</th>
        </tr>
      </thead>
      <tbody onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
        {rows.map((row) => (
          <Row key={row.id} row={row} isSelected={row.id === selected} />
        ))}
      </tbody>
    </table>
  );
}

/** Its time is the link, and reaches over the whole row. */
function Row({ row, isSelected }: { row: AuditRow; isSelected: boolean }) {
  const { id, at, who, what, outcome, subject, reason, before, after, from } = row;
  return (
    <tr className={isSelected ? 'selected' : undefined} aria-selected={isSelected}>
      <td className="cell-time">
        <Link to="/audit/$id" params={{ id }} search>
          <TimeText at={at} bare />
        </Link>
      </td>
      <td className="cell-who">{who}</td>
      <td className="cell-what">
        {actWord(what)}
        {outcome === 'refused' && <span className="outcome outcome-failed">× refused</span>}
      </td>
      <td className="cell-on">{subject ?? ''}</td>
      <td className="cell-why">{reason ?? ''}</td>
      <td className="cell-change">{changeInShort(before, after)}</td>
      <td className="muted cell-from">{from ?? ''}</td>
    </tr>
  );
}
