import { type Cell, isoTime } from '../exports.ts';
import { timeBeside } from '../time.ts';
import { ZoneWord } from '../ui/figures.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import type { Incident } from './queries.ts';

interface Row {
  provider: string;
  span: Incident['lanes'][number]['spans'][number];
  failed: number;
  probes: number;
}

/** What a file has of each. */
const exported: readonly (readonly [string, (row: Row) => Cell])[] = [
  ['provider', ({ provider }) => provider],
  ['state', ({ span }) => span.state],
  ['by', ({ span }) => span.by],
  ['from', ({ span }) => isoTime(span.from)],
  ['to', ({ span }) => isoTime(span.to)],
  ['failed_attempts', ({ failed }) => failed],
  ['probes', ({ probes }) => probes],
];

/** The table behind the lanes. */
export function LanesTable({ incident }: { incident: Incident }) {
  const zone = useZone();
  const { from } = incident.window;
  const time = (at: number) => timeBeside(at, incident.beganAt, zone);
  const rows = rowsOf(incident);
  return (
    <details className="lanes-table">
      <summary>As a table</summary>
      <SavedTable name={`incident-${incident.id}-lanes`} columns={exported} rows={rows} />
      <table>
        <thead>
          <tr>
            <th scope="col">provider</th>
            <th scope="col">state</th>
            <th scope="col">
              from, <ZoneWord at={from} />
            </th>
            <th scope="col">to</th>
            <th scope="col">failed attempts</th>
            <th scope="col">probes</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ provider, span, failed, probes }) => (
            <tr key={`${provider} ${span.from}`}>
              <th scope="row">{provider}</th>
              <td>
                {stateWords[span.state]}
                {span.by === null ? '' : `, ${span.by}`}
              </td>
              <td>{time(span.from)}</td>
              <td>{time(span.to)}</td>
              <td>{failed}</td>
              <td>{probes}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function rowsOf({ lanes }: Incident): Row[] {
  return lanes.flatMap(({ provider, spans, ticks, probes }) =>
    spans.map((span) => {
      const isIn = ({ at }: { at: number }) => at >= span.from && at < span.to;
      const failed = ticks.filter(isIn).reduce((sum, { count }) => sum + count, 0);
      return { provider, span, failed, probes: probes.filter(isIn).length };
    }),
  );
}
