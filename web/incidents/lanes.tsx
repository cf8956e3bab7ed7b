import { Box } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { timeBeside, zoneName } from '../time.ts';
import { useZone } from '../zone.tsx';
import { moved, type Span, scaleOf, within, zoomed } from './laneGeometry.ts';
import { LaneAxis, LaneRow, NoteLines, room } from './laneParts.tsx';
import { LanesTable } from './lanesTable.tsx';
import type { Incident } from './queries.ts';

interface LanesProps {
  incident: Incident;
  /** What is shown of its window. */
  shown: Span;
  zoom: (to: Span | null) => void;
  /** The moment that is pointed at, here or in the timeline. */
  cursor: number | null;
  point: (at: number | null) => void;
}

const axisSpace = 40;
/** Under this the names stand above their lanes. */
const narrow = 620;
/** A drag of less is a click. */
const leastDrag = 6;

/** One lane a provider: its states, failed attempts, probes; and what people did. Zooms by drag and by keyboard. */
export function Lanes({ incident, shown, zoom, cursor, point }: LanesProps) {
  const zone = useZone();
  const time = (at: number) => timeBeside(at, incident.beganAt, zone);
  const { ref, width } = useElementSize();
  const go = (to: Span) => {
    const whole = incident.window;
    const next = within(whole, to);
    zoom(next.from <= whole.from && next.to >= whole.to ? null : next);
  };
  const nearer = () => go(zoomed(shown, 2, cursor ?? undefined));
  const farther = () => go(zoomed(shown, 0.5));
  const keys: Record<string, () => void> = {
    '+': nearer,
    '=': nearer,
    '-': farther,
    '0': () => zoom(null),
    arrowleft: () => go(moved(shown, -0.25)),
    arrowright: () => go(moved(shown, 0.25)),
  };
  const press = (event: KeyboardEvent) => {
    const run = keys[event.key.toLowerCase()];
    if (!run || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    run();
  };
  return (
    <div className="lanes">
      <div className="lanes-bar">
        <span className="muted tabular">
          {cursor === null ? `${time(shown.from)} – ${time(shown.to)}` : time(cursor)} {zoneName(zone, shown.from)}
        </span>
        <span className="grow" />
        <span className="lanes-zoom">
          <button type="button" className="button" onClick={nearer}>
            Zoom in
          </button>
          <button type="button" className="button" onClick={farther}>
            Zoom out
          </button>
          <button type="button" className="button" onClick={() => zoom(null)}>
            All of it
          </button>
        </span>
      </div>
      {/* What is worked by keyboard has to be reachable by it. */}
      <Box
        ref={ref}
        className="lanes-area"
        role="application"
        aria-label="Lanes: plus and minus zoom, the arrows move, 0 shows all of it. The table below has the same."
        tabIndex={0}
        onKeyDown={press}
      >
        {width > 0 && <Drawing {...{ incident, shown, cursor, point, width }} choose={go} />}
      </Box>
      <LanesTable incident={incident} />
    </div>
  );
}

interface DrawingProps extends Pick<LanesProps, 'incident' | 'shown' | 'cursor' | 'point'> {
  /** CSS pixels. */
  width: number;
  /** A stretch was dragged over. */
  choose: (span: Span) => void;
}

function Drawing({ incident, shown, cursor, point, width, choose }: DrawingProps) {
  const zone = useZone();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const isNarrow = width < narrow;
  const area = [isNarrow ? 4 : 140, Math.max(60, width - (isNarrow ? 4 : 20))] as const;
  const scale = scaleOf(shown, area);
  const { top, lane: height } = isNarrow ? room.narrow : room.wide;
  const bottom = top + incident.lanes.length * height;
  const xOf = (event: PointerEvent<SVGSVGElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const release = () => {
    if (drag && Math.abs(drag.to - drag.from) >= leastDrag) {
      choose({ from: scale.at(Math.min(drag.from, drag.to)), to: scale.at(Math.max(drag.from, drag.to)) });
    }
    setDrag(null);
  };
  return (
    <svg
      width={width}
      height={bottom + axisSpace}
      // As wide as it is drawn; narrower paper makes it smaller.
      viewBox={`0 0 ${width} ${bottom + axisSpace}`}
      aria-hidden="true"
      onPointerDown={(event) => setDrag({ from: xOf(event), to: xOf(event) })}
      onPointerMove={(event) => {
        if (drag) setDrag({ from: drag.from, to: xOf(event) });
        point(scale.at(xOf(event)));
      }}
      onPointerUp={release}
      onPointerLeave={() => {
        release();
        point(null);
      }}
    >
      {incident.lanes.map((lane, index) => (
        <LaneRow key={lane.provider} {...{ lane, scale, shown, isNarrow }} y={top + index * height} />
      ))}
      <NoteLines rows={incident.timeline} {...{ scale, shown, bottom }} />
      <LaneAxis {...{ scale, shown, zone }} y={bottom} most={Math.floor((area[1] - area[0]) / 80)} />
      {cursor !== null && cursor >= shown.from && cursor <= shown.to && (
        <path className="lane-cursor" d={`M${scale.x(cursor)} 8V${bottom}`} />
      )}
      {drag && (
        <rect
          className="lane-drag"
          x={Math.min(drag.from, drag.to)}
          width={Math.abs(drag.to - drag.from)}
          y={8}
          height={bottom - 8}
        />
      )}
    </svg>
  );
}
