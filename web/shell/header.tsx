import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { aboutQuery } from '../api.ts';
import { useOpenIncidents } from '../incidents/queries.ts';
import type { LiveStatus } from '../live/store.ts';
import { useLive } from '../live/useLive.ts';
import { timeOfDay } from '../time.ts';
import { Logo } from '../ui/logo.tsx';
import { Pill } from '../ui/panel.tsx';
import { useZone } from '../zone.tsx';
import { ClockMenu, PersonMenu, ThemeMenu } from './menus.tsx';

/** The pages there are, in the order of the navigation. */
export const pages = [
  { to: '/', label: 'Live', keys: 'g l' },
  { to: '/requests', label: 'Requests', keys: 'g r' },
  { to: '/incidents', label: 'Incidents', keys: 'g i' },
  { to: '/savings', label: 'Savings', keys: 'g s' },
  { to: '/audit', label: 'Audit', keys: 'g a' },
] as const;

export function Header({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }) {
  const { data: about } = useQuery({ ...aboutQuery, staleTime: Number.POSITIVE_INFINITY });
  const openIncidents = useOpenIncidents();
  return (
    <header className="shell-header">
      <Link to="/" className="shell-brand" aria-label="Recloser">
        <Logo />
        <b>Recloser</b>
      </Link>
      <nav aria-label="Pages">
        {pages.map(({ to, label }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
            {label}
            {to === '/incidents' && openIncidents > 0 && (
              <span className="nav-count" title="going on">
                {' '}
                {openIncidents}
                <span className="visually-hidden"> going on</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="shell-side">
        {about && <Pill {...toneOf(about.environment)}>{about.environment.toUpperCase()}</Pill>}
        <LivePill />
        <ClockMenu />
        <button type="button" className="pill pill-button shell-wide" onClick={openPalette} title="Commands">
          <span className="visually-hidden">Commands </span>⌘K
        </button>
        <ThemeMenu />
        <PersonMenu who={about?.who ?? null} openHelp={openHelp} openPalette={openPalette} />
      </div>
    </header>
  );
}

/** Where a mistake costs most is to be seen from afar. */
function toneOf(environment: string): { tone?: string } {
  return /^prod/i.test(environment) ? { tone: 'var(--open)' } : {};
}

const statusWords: Record<LiveStatus, string> = {
  live: 'Live',
  reconnecting: 'Reconnecting',
  stale: 'Stale since',
  paused: 'Paused at',
};
const statusColors: Record<LiveStatus, string> = {
  live: 'var(--closed)',
  reconnecting: 'var(--half)',
  stale: 'var(--open)',
  paused: 'var(--manual)',
};

/** Whether what is shown is how it is now. Pauses and goes on at a click. */
function LivePill() {
  const { status, via, staleSince, pause, resume } = useLive();
  const zone = useZone();
  const since = staleSince === null ? '' : ` ${timeOfDay(staleSince, zone)}`;
  const polled = status === 'live' && via === 'polling' ? ' · asked every 3 s' : '';
  const paused = status === 'paused';
  return (
    <button
      type="button"
      className="pill pill-button"
      data-status={status}
      onClick={paused ? resume : pause}
      title={paused ? 'Go on (p)' : 'Pause what is shown (p)'}
      style={status === 'live' ? undefined : { color: statusColors[status], borderColor: statusColors[status] }}
    >
      <span className={`dot dot-${status}`} aria-hidden="true" style={{ background: statusColors[status] }} />
      {statusWords[status]}
      {since}
      {polled}
    </button>
  );
}
