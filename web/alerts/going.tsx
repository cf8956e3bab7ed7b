import { Link } from '@tanstack/react-router';
import type { Alert, Delivery } from '../../server/core/alerts/types.ts';
import { type Cell, isoTime } from '../exports.ts';
import { Age, TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { goingOf, goingWords, sendingWords, severityOf, severityWords, titleOf } from './words.ts';

/** What people were told of and goes on. */
export function Going({ alerts, deliveries }: { alerts: Alert[]; deliveries: Delivery[] }) {
  const going = goingOf(alerts);
  const exported: readonly (readonly [string, (alert: Alert) => Cell])[] = [
    ['alert', ({ key }) => key],
    ['severity', severityOf],
    ['what', (alert) => titleOf(alert, deliveries)],
    ['since', ({ seenAt }) => isoTime(seenAt)],
    ['well_since', ({ wellSince }) => isoTime(wellSince)],
    ['told', ({ told }) => told.map(({ destination, sending }) => `${destination}=${sending}`).join(' ')],
  ];
  return (
    <Panel
      title="Firing"
      note={goingWords(going.length)}
      actions={going.length > 0 && <SavedTable name="alerts" columns={exported} rows={going} />}
    >
      {going.length === 0 ? (
        <p className="alerts-note muted">● Nobody has been told of trouble that goes on.</p>
      ) : (
        <table className="requests-table alerts-table stacked-table">
          <thead>
            <tr>
              <th>how bad</th>
              <th>what</th>
              <th>how long</th>
              <th>who was told last of what</th>
            </tr>
          </thead>
          <tbody>
            {going.map((alert) => (
              <GoingRow key={alert.key} alert={alert} title={titleOf(alert, deliveries)} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function GoingRow({ alert, title }: { alert: Alert; title: string }) {
  const { incidentId, seenAt, wellSince, told } = alert;
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
          {told.map(({ destination, sending, at, count }) => (
            <li key={destination}>
              {destination}: {sendingWords[sending]} at <TimeText at={at} />
              {count > 1 && `, ${count} messages in all`}
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
