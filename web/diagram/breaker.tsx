import type { ReactNode } from 'react';
import { type MarkState, stateColors, stateWords } from '../words.ts';

/**
 * A breaker as on the wall of a substation: a contact that is closed, raised, or half-way, in a box that is full while
 * current may pass. By hand: with a lock or a pin. Told apart without colour.
 */
export function Breaker({ mark, provider }: { mark: MarkState; provider: string }) {
  return (
    <svg
      className="breaker"
      width="34"
      height="34"
      viewBox="-6 -6 34 34"
      role="img"
      aria-label={`${provider}: ${stateWords[mark].toLowerCase()}`}
      style={{ color: stateColors[mark] }}
    >
      {drawings[mark]}
    </svg>
  );
}

const full = <rect width="22" height="22" rx="4" fill="currentColor" />;
const empty = (
  <rect
    x="1.1"
    y="1.1"
    width="19.8"
    height="19.8"
    rx="3.4"
    fill="var(--panel)"
    stroke="currentColor"
    strokeWidth="2.2"
  />
);
const contact = <path d="M5 11h12" stroke="var(--panel)" strokeWidth="2.8" strokeLinecap="round" />;
const raised = <path d="M5 14.5 17 6.5" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />;

const drawings: Record<MarkState, ReactNode> = {
  closed: (
    <>
      {full}
      {contact}
    </>
  ),
  open: (
    <>
      {empty}
      {raised}
    </>
  ),
  halfOpen: (
    <>
      {empty}
      <path d="M5 12.4 16 9.6" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M11 13.2 15.2 17.6H6.8Z" fill="currentColor" />
    </>
  ),
  tripped: (
    <>
      {empty}
      {raised}
      <Badge>
        <path d="M-2.2-.4v-1.5a2.2 2.2 0 0 1 4.4 0v1.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <rect x="-3.2" y="-.7" width="6.4" height="4.6" rx="1" fill="currentColor" />
      </Badge>
    </>
  ),
  heldClosed: (
    <>
      {full}
      {contact}
      <Badge>
        <circle cy="-1.6" r="2.4" fill="currentColor" />
        <path d="M0 .5v3.9" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" />
      </Badge>
    </>
  ),
  none: (
    <>
      {empty}
      <path d="M6 11h10" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeDasharray="1 4" />
    </>
  ),
};

/** What an operator has put on it, at its corner. */
function Badge({ children }: { children: ReactNode }) {
  return (
    <g transform="translate(20 2) scale(1.2)">
      <circle r="6.4" fill="var(--panel)" />
      {children}
    </g>
  );
}
