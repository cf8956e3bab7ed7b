import { useQuery } from '@tanstack/react-query';
import { type Outputs, trpc } from '../api.ts';
import { type Cell, isoTime } from '../exports.ts';
import { liveStore } from '../live/page.ts';
import { nothing, showAge, zoneName } from '../time.ts';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { plural } from '../words.ts';
import { useZone } from '../zone.tsx';

type KeptRow = Outputs['record']['kept'][number];

/** What a file has of each kind of row. */
const exported: readonly (readonly [string, (row: KeptRow) => Cell])[] = [
  ['kind', ({ kind }) => kind],
  ['kept_ms', ({ keptMs }) => keptMs],
  ['eldest', ({ eldestAt }) => isoTime(eldestAt)],
  ['let_go_rows', ({ letGoRows }) => letGoRows],
  ['let_go_at', ({ letGoAt }) => isoTime(letGoAt)],
  ['let_go_before', ({ letGoBefore }) => isoTime(letGoBefore)],
  ['because', ({ because }) => because],
];

/** Each kind of row of the record: how long it is kept and why, the eldest there is, and what was let go when. */
export function KeptPanel() {
  const { data: rows, error } = useQuery(trpc.record.kept.queryOptions());
  return (
    <Panel
      title="What is kept"
      note="how long the record keeps each kind of row, and what it let go"
      className="kept"
      actions={rows && <SavedTable name="kept" columns={exported} rows={rows} />}
    >
      {error && <ReadError error={error} isKept={rows !== undefined} />}
      {rows && <KeptTable rows={rows} />}
    </Panel>
  );
}

function KeptTable({ rows }: { rows: readonly KeptRow[] }) {
  const zone = useZone();
  const name = zoneName(zone, liveStore.serverNow());
  return (
    <table className="requests-table kept-table stacked-table">
      <thead>
        <tr>
          <th>kind</th>
          <th>kept for</th>
          <th>eldest row, {name}</th>
          <th>let go so far</th>
          <th>last let go, {name}</th>
          <th>because</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ kind, keptMs, eldestAt, letGoRows, letGoAt, because }) => (
          <tr key={kind}>
            <td className="kept-kind">{kind}</td>
            <td data-head="kept for">{showAge(keptMs)}</td>
            <td data-head={`eldest, ${name}`}>{eldestAt === null ? nothing : <TimeText at={eldestAt} bare />}</td>
            <td data-head="let go">{letGoRows === 0 ? 'nothing yet' : plural(letGoRows, 'row')}</td>
            <td data-head={`last let go, ${name}`}>{letGoAt === null ? nothing : <TimeText at={letGoAt} bare />}</td>
            <td className="kept-because muted">{because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
