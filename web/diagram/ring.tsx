import { useServerNow } from '../ui/useServerNow.ts';

const radius = 17;
const round = 2 * Math.PI * radius;

/** How much of a time (ms since 1970) is left, as an arc that shrinks with each second. */
export function Ring({ since, until, color }: { since: number; until: number; color: string }) {
  const left = until - useServerNow();
  const share = Math.min(1, Math.max(0, left / Math.max(1, until - since)));
  return (
    <svg className="ring" width="38" height="38" viewBox="-19 -19 38 38" aria-hidden="true">
      <circle r={radius} fill="none" stroke="var(--line)" strokeWidth="4" />
      {share > 0 && (
        <circle
          r={radius}
          fill="none"
          stroke={color}
          strokeWidth="4"
          strokeDasharray={`${share * round} ${round}`}
          strokeLinecap="round"
          transform="rotate(-90)"
        />
      )}
    </svg>
  );
}
