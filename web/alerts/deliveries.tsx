import { Link } from '@tanstack/react-router';
import type { Delivery } from '../../server/core/alerts/types.ts';
import { type Cell, isoTime } from '../exports.ts';
import { Countdown, TimeText, ZoneWord } from '../ui/figures.tsx';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { plural } from '../words.ts';
import { BecameText } from './became.tsx';
import { severityWords, triesOf } from './words.ts';

const exported: readonly (readonly [string, (row: Delivery) => Cell])[] = [
  ['id', ({ id }) => id],
  ['alert', ({ alertKey }) => alertKey],
  ['created', ({ createdAt }) => isoTime(createdAt)],
  ['to', ({ destination }) => destination],
  ['sending', ({ message }) => message.sending],
  ['severity', ({ message }) => message.severity],
  ['title', ({ message }) => message.title],
  ['status', ({ status }) => status],
  ['attempts', ({ attempts }) => attempts],
  ['answer', ({ answer }) => answer],
  ['error', ({ error }) => error],
  ['next_try', ({ status, nextAt }) => (status === 'waiting' ? isoTime(nextAt) : null)],
  ['settled', ({ settledAt }) => isoTime(settledAt)],
];

interface DeliveriesProps {
  deliveries: Delivery[];
  /** So many were asked for: there may be more. */
  isCut: boolean;
  more: () => void;
  /** Told when the pointer comes over the rows, and when it leaves. */
  setPointed: (over: boolean) => void;
}

/** What was sent, the newest first, and what became of it. */
export function Deliveries({ deliveries, isCut, more, setPointed }: DeliveriesProps) {
  return (
    <Panel
      title="What was sent"
      note={deliveries.length > 0 && `the newest ${plural(deliveries.length, 'message')}`}
      actions={deliveries.length > 0 && <SavedTable name="alerts" columns={exported} rows={deliveries} />}
    >
      {deliveries.length === 0 && (
        <EmptyState title="Nothing was sent yet">
          <p>
            Each message is listed here, with its tries and what was answered. A test is the first that you can have.
          </p>
        </EmptyState>
      )}
      {deliveries.length > 0 && (
        <table className="requests-table alerts-table stacked-table">
          <thead>
            <tr>
              <th>
                time, <ZoneWord at={deliveries[0]?.createdAt} />
              </th>
              <th>to</th>
              <th>how bad</th>
              <th>what it says</th>
              <th>what became of it</th>
            </tr>
          </thead>
          <tbody onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
            {deliveries.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} />
            ))}
          </tbody>
        </table>
      )}
      {isCut && (
        <button type="button" className="button older" onClick={more}>
          Older messages
        </button>
      )}
    </Panel>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const { message, createdAt, destination, status, nextAt, attempts } = delivery;
  return (
    <tr>
      <td className="muted">
        <TimeText at={createdAt} bare />
      </td>
      <td className="cell-to">{destination}</td>
      <td>
        {message.sending === 'test' ? (
          <span className="muted">– test</span>
        ) : (
          <span className={`severity severity-${message.severity}`}>{severityWords[message.severity]}</span>
        )}
      </td>
      <td className="cell-title">
        <Said delivery={delivery} />
      </td>
      <td className="cell-became">
        <BecameText delivery={delivery} /> <span className="muted">{triesOf(delivery)}</span>
        {status === 'waiting' && attempts > 0 && (
          <span className="muted">
            {' '}
            · next try in <Countdown until={nextAt} />
          </span>
        )}
      </td>
    </tr>
  );
}

/** Its title; opened, all that the receiver reads, and the id it can know a second copy by. */
function Said({ delivery: { id, message } }: { delivery: Delivery }) {
  const { title, lines, incidentId } = message;
  return (
    <details className="alerts-said">
      <summary>{title}</summary>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p className="muted">
        message {id}
        {incidentId !== null && (
          <>
            {' · '}
            <Link to="/incidents/$id" params={{ id: String(incidentId) }}>
              incident {incidentId}
            </Link>
          </>
        )}
      </p>
    </details>
  );
}
