import { memo } from 'react';
import { timeOfDay, zoneName } from '../time.ts';
import { stateColors, stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import { runsOf, type StripCell, sameStrip } from './strip.ts';

/** The last hour of a provider, a bar a minute. Heights tell states apart where colours do not. */
export const StripBars = memo(
  Bars,
  (one, other) => one.provider === other.provider && sameStrip(one.cells, other.cells),
);

const stepPx = 2.9;
const barPx = 2;
const heightPx = 26;

function Bars({ cells, provider }: { cells: StripCell[]; provider: string }) {
  const zone = useZone();
  const zoneWord = cells[0] ? zoneName(zone, cells[0].at) : '';
  const runs = runsOf(cells).map(({ mark, from, to }) => {
    const word = mark === 'unknown' ? 'not running' : stateWords[mark].toLowerCase();
    return `${timeOfDay(from, zone).slice(0, 5)}–${timeOfDay(to, zone).slice(0, 5)} ${word}`;
  });
  return (
    <div className="strip">
      <svg
        viewBox={`0 0 ${cells.length * stepPx} ${heightPx}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${provider}, the last 60 minutes, ${zoneWord}: ${runs.join(', ')}`}
      >
        <title>{[zoneWord, ...runs].join('\n')}</title>
        {cells.map(({ at, mark }, index) => (
          <Bar key={at} mark={mark} x={index * stepPx} />
        ))}
      </svg>
      <span className="muted">60 min</span>
    </div>
  );
}

/** Top and height of a bar by what it stands for, of 26. */
const shapes: Record<StripCell['mark'], { y: number; height: number; opacity: number }> = {
  closed: { y: 4, height: 18, opacity: 0.5 },
  open: { y: 0, height: 26, opacity: 1 },
  halfOpen: { y: 10, height: 16, opacity: 1 },
  tripped: { y: 0, height: 11, opacity: 1 },
  heldClosed: { y: 4, height: 22, opacity: 0.8 },
  none: { y: 11, height: 4, opacity: 0.7 },
  unknown: { y: 12, height: 2, opacity: 0.25 },
};

function Bar({ mark, x }: { mark: StripCell['mark']; x: number }) {
  const { y, height, opacity } = shapes[mark];
  const fill = mark === 'unknown' ? 'var(--faint)' : stateColors[mark];
  // A trip is a bar broken in two, as its contact is.
  const second = mark === 'tripped' && <rect x={x} y={15} width={barPx} height={11} rx={1} fill={fill} />;
  return (
    <>
      <rect x={x} y={y} width={barPx} height={height} rx={1} fill={fill} opacity={opacity} />
      {second}
    </>
  );
}
