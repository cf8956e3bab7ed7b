import type { Delivery } from '../../server/core/alerts/types.ts';
import { client } from '../api.ts';
import type { Cell } from '../exports.ts';
import { ActsHead } from '../ui/actsHead.tsx';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { useChange } from '../ui/useChange.ts';
import { useMayAct } from '../ui/useMayAct.ts';
import { BecameText } from './became.tsx';
import { type ShownDestination, triesOf, whatOf, whenOf, whereOf } from './words.ts';

/** What a file has of each. */
const exported: readonly (readonly [string, (destination: ShownDestination) => Cell])[] = [
  ['name', ({ name }) => name],
  ['where', whereOf],
  ['of_what', whatOf],
  ['when', whenOf],
  ['last_message', ({ last }) => last?.status ?? null],
];

/** Where alerts go, what came of the last message there, and a test of it. */
export function Destinations({ destinations }: { destinations: ShownDestination[] }) {
  const { told, problem, working, run } = useChange<Delivery>('alerts');
  const mayAct = useMayAct();
  const test = (name: string) => void run(() => client.alerts.test.mutate({ name }));
  return (
    <Panel
      title="Who is told"
      note="as the config says; none of it needs a restart"
      actions={<SavedTable name="destinations" columns={exported} rows={destinations} />}
    >
      <table className="requests-table alerts-table stacked-table">
        <thead>
          <tr>
            <th>name</th>
            <th>where</th>
            <th>of what</th>
            <th>when</th>
            <th>the last message</th>
            {mayAct && <ActsHead />}
          </tr>
        </thead>
        <tbody>
          {destinations.map((destination) => (
            <tr key={destination.name}>
              <td>
                <b>{destination.name}</b>
              </td>
              <td className="muted">{whereOf(destination)}</td>
              <td>{whatOf(destination)}</td>
              <td className="muted">{whenOf(destination)}</td>
              <td>
                <Last last={destination.last} />
              </td>
              {mayAct && (
                <td className="cell-act">
                  <button
                    type="button"
                    className="button"
                    aria-label={`Test ${destination.name}`}
                    disabled={working}
                    onClick={() => test(destination.name)}
                  >
                    Test
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="alerts-note" role="status">
        {working && 'A test is on its way…'}
        {told && <TestWords sent={told} />}
      </p>
      {problem !== null && (
        <p className="alerts-note note-open" role="alert">
          ■ {problem}
        </p>
      )}
    </Panel>
  );
}

function Last({ last }: { last: Delivery | null }) {
  if (last === null) return <span className="muted">– nothing was sent yet</span>;
  return (
    <>
      <BecameText delivery={last} />{' '}
      <span className="muted">
        {last.alertKey === null && 'a test, '}
        <TimeText at={last.settledAt ?? last.createdAt} />
      </span>
    </>
  );
}

function TestWords({ sent }: { sent: Delivery }) {
  return (
    <>
      <BecameText delivery={sent} /> The test to {sent.destination}
      {sent.status === 'delivered' ? ' is there. Look whether people see it.' : `: ${triesOf(sent)}.`}
    </>
  );
}
