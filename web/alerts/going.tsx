import { Link } from '@tanstack/react-router';
import type { Alert, Delivery, Told } from '../../server/core/alerts/types.ts';
import { type Cell, isoTime } from '../exports.ts';
import { Age, TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { BecameText } from './became.tsx';
import { goingOf, goingWords, lastOf, sendingWords, severityOf, severityWords, titleOf } from './words.ts';

/** What goes on of what was sent word of, and whether that has arrived. */
export function Going({ alerts, lastOfGoing }: { alerts: Alert[]; lastOfGoing: Delivery[] }) {
  const going = goingOf(alerts);
  const exported: readonly (readonly [string, (alert: Alert) => Cell])[] = [
    ['alert', ({ key }) => key],
    ['severity', severityOf],
    ['what', (alert) => titleOf(alert, lastOfGoing)],
    ['since', ({ seenAt }) => isoTime(seenAt)],
    ['well_since', ({ wellSince }) => isoTime(wellSince)],
    ['sent_last', ({ told }) => told.map(({ destination, sending }) => `${destination}=${sending}`).join(' ')],
    [
      'became',
      (alert) =>
        alert.told
          .map((each) => `${each.destination}=${lastOf(lastOfGoing, alert, each)?.status ?? 'unknown'}`)
          .join(' '),
    ],
  ];
  return (
    <Panel
      title="Firing"
      note={goingWords(going.length)}
      actions={going.length > 0 && <SavedTable name="firing" columns={exported} rows={going} />}
    >
      {going.length === 0 ? (
        <p className="alerts-note muted">● No alert is firing.</p>
      ) : (
        <table className="requests-table alerts-table stacked-table">
          <thead>
            <tr>
              <th>how bad</th>
              <th>what</th>
              <th>how long</th>
              <th>what was sent last, and what became of it</th>
            </tr>
          </thead>
          <tbody>
            {going.map((alert) => (
              <GoingRow key={alert.key} alert={alert} lastOfGoing={lastOfGoing} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function GoingRow({ alert, lastOfGoing }: { alert: Alert; lastOfGoing: Delivery[] }) {
  const { incidentId, seenAt, wellSince, told } = alert;
  const title = titleOf(alert, lastOfGoing);
  const severity = severityOf(alert);
  return (
    <tr>
      <td>
        <span className={`severity severity-${severity}`}>{severityWords[severity]}</span>
      </td>
      <td className="cell-title">
        {incidentId === null ? (
          title
        ) : (
          <Link to="/incidents/$id" params={{ id: String(incidentId) }}>
            {title}
          </Link>
        )}
      </td>
      <td>
        for <Age since={seenAt} />
        {wellSince !== null && (
          <span className="muted">
            , well again for <Age since={wellSince} />
          </span>
        )}
      </td>
      <td className="muted">
        <ul className="alerts-told">
          {told.map((each) => (
            <Sent key={each.destination} told={each} last={lastOf(lastOfGoing, alert, each)} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Sent({ told: { destination, sending, at, count }, last }: { told: Told; last: Delivery | null }) {
  return (
    <li>
      {destination}: {sendingWords[sending]}, <TimeText at={at} />
      {last && (
        <>
          {' '}
          · <BecameText delivery={last} />
        </>
      )}
      {count > 1 && ` · ${count} messages in all`}
    </li>
  );
}
