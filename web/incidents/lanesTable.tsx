import { timeOfDay, zoneName } from '../time.ts';
import { stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import type { Incident } from './queries.ts';

/** The table behind the lanes. */
export function LanesTable({ incident }: { incident: Incident }) {
  const zone = useZone();
  const time = (at: number) => timeOfDay(at, zone);
  return (
    <details className="lanes-table">
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">provider</th>
            <th scope="col">state</th>
            <th scope="col">from, {zoneName(zone, incident.window.from)}</th>
            <th scope="col">to</th>
            <th scope="col">failed attempts</th>
            <th scope="col">probes</th>
          </tr>
        </thead>
        <tbody>
          {incident.lanes.flatMap(({ provider, spans, ticks, probes }) =>
            spans.map(({ state, from, to, by }) => {
              const isIn = ({ at }: { at: number }) => at >= from && at < to;
              return (
                <tr key={`${provider} ${from}`}>
                  <th scope="row">{provider}</th>
                  <td>
                    {stateWords[state]}
                    {by === null ? '' : `, ${by}`}
                  </td>
                  <td>{time(from)}</td>
                  <td>{time(to)}</td>
                  <td>{ticks.filter(isIn).reduce((sum, { count }) => sum + count, 0)}</td>
                  <td>{probes.filter(isIn).length}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </details>
  );
}
