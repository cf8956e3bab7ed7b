import { Link } from '@tanstack/react-router';
import type { OursEvidence } from '../../server/core/incidents/types.ts';
import { TimeText } from '../ui/figures.tsx';
import './ours.css';

interface OursProps {
  ours: OursEvidence;
  /** It has a row in the timeline of the page. */
  isTold: boolean;
}

/** Where to look first when no provider could be reached, and why: it stands before all else, since it changes what is to be done. */
export function OursNote({ ours, isTold }: OursProps) {
  const { from, to, providers } = ours;
  const sum = (count: (provider: OursEvidence['providers'][number]) => number) =>
    providers.reduce((total, provider) => total + count(provider), 0);
  const [attempts, unconnected] = [sum((each) => each.attempts), sum((each) => each.unconnected)];
  return (
    <section className="incident-ours" aria-label="The fault may be ours">
      <p>
        <b>■ The fault may be ours.</b> Look at your own network, DNS, proxy and firewall first.
      </p>
      <p>
        From <TimeText at={from} bare /> to <TimeText at={to} />, {unconnected} of {attempts} attempts at{' '}
        {providers.length} providers found no connection, and none was answered:
      </p>
      <ul>
        {providers.map(({ provider, ...counts }) => (
          <li key={provider}>
            <Link to="/requests" search={{ provider, kind: 'connect', from, to: Math.ceil(to) }}>
              {provider}: {counts.unconnected} of {counts.attempts}
            </Link>
          </li>
        ))}
        {isTold && (
          <li>
            <Link to="." search={(before) => before} hash="ours" replace resetScroll={false}>
              in the timeline
            </Link>
          </li>
        )}
      </ul>
    </section>
  );
}
