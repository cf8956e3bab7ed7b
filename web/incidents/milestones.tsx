import { nothing, timeBeside, zoneName } from '../time.ts';
import { useZone } from '../zone.tsx';
import type { Incident } from './queries.ts';

/** When it began, was known, was bridged, was over: each apart, since each says something else. */
export function Milestones({ incident }: { incident: Incident }) {
  const zone = useZone();
  const { milestones, state } = incident;
  const { beganAt, detectedAt, mitigatedAt, mitigatedBy, backAt, backBy, resolvedAt, detectedBy, endedBy } = milestones;
  const steps = [
    { name: 'began', at: beganAt, how: 'first failure', tone: 'open' },
    { name: 'detected', at: detectedAt, how: detectedBy, tone: 'open' },
    {
      name: 'mitigated',
      at: mitigatedAt,
      how: mitigatedBy === null ? 'nobody stood in' : `${mitigatedBy} answering`,
      tone: 'half',
    },
    {
      name: 'provider back',
      at: backAt,
      how: backBy ?? (incident.providers.length > 0 ? 'not yet' : 'no circuit opened'),
      tone: 'half',
    },
    { name: 'resolved', at: resolvedAt, how: resolvedAt === null ? watching(incident, zone) : endedBy, tone: 'closed' },
  ];
  return (
    <ol className={`milestones milestones-${state}`} aria-label={`Milestones, times in ${zoneName(zone, beganAt)}`}>
      {steps.map(({ name, at, how, tone }) => (
        <li key={name} className={at === null ? 'milestone milestone-none' : `milestone milestone-${tone}`}>
          <b className="tabular">{at === null ? nothing : timeBeside(at, beganAt, zone)}</b>
          <span>
            {name} · {how}
          </span>
        </li>
      ))}
    </ol>
  );
}

function watching({ state, quietUntil, beganAt }: Incident, zone: string): string {
  if (state !== 'watching' || quietUntil === null) return 'not yet';
  return `if it stays quiet until ${timeBeside(quietUntil, beganAt, zone)}`;
}
