import { memo } from 'react';
import { timeOfDay, zoneName } from '../time.ts';
import { barPx, barShapes } from '../ui/barShapes.ts';
import { stateColors, stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import { runsOf, type StripCell, sameStrip } from './strip.ts';

/** The last hour of a provider, a bar a minute. Heights tell states apart where colours do not. */
export const StripBars = memo(
  Bars,
  (one, other) => one.provider === other.provider && sameStrip(one.cells, other.cells),
);

const stepPx = 2.9;
const widthPx = 2;

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
        viewBox={`0 0 ${cells.length * stepPx} ${barPx}`}
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

const opacities: Record<StripCell['mark'], number> = {
  closed: 0.5,
  open: 1,
  halfOpen: 1,
  tripped: 1,
  heldClosed: 0.8,
  none: 0.7,
  unknown: 0.25,
};

function Bar({ mark, x }: { mark: StripCell['mark']; x: number }) {
  const fill = mark === 'unknown' ? 'var(--faint)' : stateColors[mark];
  return barShapes[mark].map(({ y, height }) => (
    <rect key={y} x={x} y={y} width={widthPx} height={height} rx={1} fill={fill} opacity={opacities[mark]} />
  ));
}
