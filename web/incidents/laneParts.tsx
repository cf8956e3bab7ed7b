import { day, timeOfDay, type Zone } from '../time.ts';
import { barPx, barShapes } from '../ui/barShapes.ts';
import { stateWords } from '../words.ts';
import { axisOf, joined, type Span, type scaleOf } from './laneGeometry.ts';
import type { Incident, TimelineRow } from './queries.ts';

type Scale = ReturnType<typeof scaleOf>;
type Lane = Incident['lanes'][number];

/** Space above the first lane, and from one to the next; on a phone names stand above their lanes. */
export const room = { wide: { top: 22, lane: 52 }, narrow: { top: 38, lane: 68 } } as const;
/** A word needs so much of a bar. */
const wordWidth = 7;
/** Of the name of a moment on the axis. */
const halfName = 24;

interface LaneProps {
  lane: Lane;
  scale: Scale;
  shown: Span;
  y: number;
  /** The name stands above the lane. */
  isNarrow: boolean;
}

export function LaneRow({ lane, scale, shown, y, isNarrow }: LaneProps) {
  const isSeen = ({ at }: { at: number }) => at >= shown.from && at <= shown.to;
  return (
    <g>
      <text className="lane-name" x={isNarrow ? 4 : 0} y={isNarrow ? y - 17 : y + 17}>
        {lane.provider}
      </text>
      {joined(lane.spans, scale.at(1.5 + scale.x(shown.from)) - shown.from)
        .filter(({ from, to }) => to > shown.from && from < shown.to)
        .map((span) => (
          <LaneBar key={span.from} span={span} x={scale.x(span.from)} end={scale.x(span.to)} y={y} />
        ))}
      {lane.ticks.filter(isSeen).map(({ at, count }) => (
        <path key={at} className="lane-tick" d={`M${scale.x(at)} ${y - 8}v7`}>
          <title>{count === 1 ? 'a failed attempt' : `${count} failed attempts`}</title>
        </path>
      ))}
      {lane.probes.filter(isSeen).map(({ at, ok }) => (
        <path key={at} className={ok ? 'lane-probe-ok' : 'lane-probe'} d={`M${scale.x(at)} ${y - 3}l5 -8h-10z`}>
          <title>{ok ? 'a probe, answered' : 'a probe, failed'}</title>
        </path>
      ))}
    </g>
  );
}

const signs: Record<Lane['spans'][number]['state'], string> = {
  closed: '',
  none: '',
  open: '■ open',
  halfOpen: '▲ half-open',
  tripped: '■ tripped',
  heldClosed: '● held closed',
};

function LaneBar({ span, x, end, y }: { span: Lane['spans'][number]; x: number; end: number; y: number }) {
  const { state, by } = span;
  const sign = signs[state] === '' || by === null ? signs[state] : `${signs[state]} by ${by}`;
  const words = [sign, signs[state]].find((text) => text.length * wordWidth + 14 < end - x);
  // With no room for its word its shape tells it from others.
  const pieces = sign !== '' && words === undefined ? barShapes[state] : [{ y: 0, height: barPx }];
  return (
    <g>
      <g className={`lane-bar lane-${state}`}>
        <title>{`${stateWords[state]}${by === null ? '' : ` by ${by}`}`}</title>
        {pieces.map((piece) => (
          <rect
            key={piece.y}
            x={x}
            width={Math.max(1, end - x - 1.5)}
            y={y + piece.y}
            height={piece.height}
            rx={pieces.length > 1 ? 1.5 : 4}
          />
        ))}
      </g>
      {words !== undefined && words !== '' && (
        <text className="lane-word" x={x + 8} y={y + 17}>
          {words}
        </text>
      )}
    </g>
  );
}

/** Notes, and what operators did. */
export function NoteLines({
  rows,
  scale,
  shown,
  bottom,
}: {
  rows: readonly TimelineRow[];
  scale: Scale;
  shown: Span;
  bottom: number;
}) {
  return rows
    .filter(({ kind, at }) => (kind === 'note' || kind === 'act') && at >= shown.from && at <= shown.to)
    .map(({ id, kind, at }) => (
      <g key={id}>
        <path className="lane-note" d={`M${scale.x(at)} 10V${bottom - 10}`} />
        <text className="lane-small" x={scale.x(at) + 4} y={bottom - 8}>
          {kind === 'note' ? 'note' : 'act'}
        </text>
      </g>
    ));
}

export function LaneAxis({
  scale,
  shown,
  zone,
  y,
  most,
}: {
  scale: Scale;
  shown: Span;
  zone: Zone;
  y: number;
  most: number;
}) {
  const { at, seconds, days } = axisOf(shown, most);
  const last = scale.x(shown.to);
  /** A name in the middle of a mark at an edge would go over it. */
  const anchorOf = (x: number) => {
    if (x < halfName) return 'start';
    return last - x < halfName ? 'end' : 'middle';
  };
  const name = (mark: number) => {
    if (days) return day(mark, zone).slice(5);
    return seconds ? timeOfDay(mark, zone) : timeOfDay(mark, zone).slice(0, 5);
  };
  return at.map((mark) => (
    <g key={mark}>
      <path className="lane-axis" d={`M${scale.x(mark)} ${y - 4}v6`} />
      <text className="lane-small" x={scale.x(mark)} y={y + 18} textAnchor={anchorOf(scale.x(mark))}>
        {name(mark)}
      </text>
    </g>
  ));
}
