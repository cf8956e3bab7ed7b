import { type MarkState, stateColors, stateWords } from '../words.ts';
import './state.css';

/**
 * The shape of a state: ● closed, ■ open, ▲ half-open, ■ with a lock tripped, ● with a pin held closed, – no traffic.
 * Told apart without colour. `label`: for screen readers, where no word stands beside it.
 */
export function StateMark({ state, size = 12, label }: { state: MarkState; size?: number; label?: string }) {
  const box = { className: 'state-mark', width: size, height: size, viewBox: '0 0 12 12' };
  if (label === undefined) {
    return (
      <svg {...box} aria-hidden="true">
        {shapes[state]}
      </svg>
    );
  }
  return (
    <svg {...box} role="img" aria-label={label}>
      {shapes[state]}
    </svg>
  );
}

/** Shape, word and colour. */
export function StateBadge({ state, size }: { state: MarkState; size?: number }) {
  return (
    <span className="state-badge" style={{ color: stateColors[state] }}>
      <StateMark state={state} {...(size === undefined ? {} : { size })} />
      {stateWords[state]}
    </span>
  );
}

/** What a call of our own found: the shape of what is well or open, and a word. */
export function CheckWord({ ok, children }: { ok: boolean; children: React.ReactNode }) {
  return (
    <span className="check-word" style={{ color: ok ? 'var(--text)' : stateColors.open }}>
      <StateMark state={ok ? 'closed' : 'open'} size={9} /> {children}
    </span>
  );
}

const shapes: Record<MarkState, React.ReactNode> = {
  closed: <circle cx="6" cy="6" r="5" fill="var(--closed)" />,
  open: <rect x="1" y="1" width="10" height="10" rx="1.5" fill="var(--open)" />,
  halfOpen: <path d="M6 .8 11.6 11H.4Z" fill="var(--half)" />,
  tripped: (
    <>
      <rect x="0.5" y="0.5" width="11" height="11" rx="1.5" fill="var(--manual)" />
      <path d="M4.3 6V4.4a1.7 1.7 0 0 1 3.4 0V6" fill="none" stroke="var(--panel)" strokeWidth="1.1" />
      <rect x="3.4" y="5.6" width="5.2" height="3.8" rx=".7" fill="var(--panel)" />
    </>
  ),
  heldClosed: (
    <>
      <circle cx="6" cy="6" r="5.5" fill="var(--manual)" />
      <path d="M6 6.4v3.4" stroke="var(--panel)" strokeWidth="1.2" strokeLinecap="round" />
      <circle cx="6" cy="4.6" r="2" fill="var(--panel)" />
    </>
  ),
  none: <path d="M2 6h8" stroke="var(--faint)" strokeWidth="2" strokeLinecap="round" />,
};
