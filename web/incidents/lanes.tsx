import { Box } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { timeOfDay, zoneName } from '../time.ts';
import { stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import { moved, type Span, scaleOf, within, zoomed } from './laneGeometry.ts';
import { LaneAxis, LaneRow, NoteLines, room } from './laneParts.tsx';
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
  const { ref, width } = useElementSize();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const isNarrow = width < narrow;
  const area = [isNarrow ? 4 : 140, Math.max(60, width - (isNarrow ? 4 : 12))] as const;
  const scale = scaleOf(shown, area);
  const { top, lane: height } = isNarrow ? room.narrow : room.wide;
  const bottom = top + incident.lanes.length * height;
  const whole = incident.window;
  const go = (to: Span) => {
    const next = within(whole, to);
    zoom(next.from <= whole.from && next.to >= whole.to ? null : next);
  };
  const xOf = (event: PointerEvent<SVGSVGElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const release = () => {
    if (drag && Math.abs(drag.to - drag.from) >= leastDrag) {
      go({ from: scale.at(Math.min(drag.from, drag.to)), to: scale.at(Math.max(drag.from, drag.to)) });
    }
    setDrag(null);
  };
  const keys: Record<string, () => void> = {
    '+': () => go(zoomed(shown, 2, cursor ?? undefined)),
    '=': () => go(zoomed(shown, 2, cursor ?? undefined)),
    '-': () => go(zoomed(shown, 0.5)),
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
          {cursor === null ? `${timeOfDay(shown.from, zone)} – ${timeOfDay(shown.to, zone)}` : timeOfDay(cursor, zone)}{' '}
          {zoneName(zone, shown.from)}
        </span>
        <span className="grow" />
        <button type="button" className="button" onClick={() => go(zoomed(shown, 2, cursor ?? undefined))}>
          Zoom in
        </button>
        <button type="button" className="button" onClick={() => go(zoomed(shown, 0.5))}>
          Zoom out
        </button>
        <button type="button" className="button" onClick={() => zoom(null)}>
          All of it
        </button>
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
        {width > 0 && (
          <svg
            width={width}
            height={bottom + axisSpace}
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
        )}
      </Box>
      <LanesTable incident={incident} />
    </div>
  );
}

/** The table behind the lanes. */
function LanesTable({ incident }: { incident: Incident }) {
  const zone = useZone();
  const time = (at: number) => timeOfDay(at, zone);
  return (
    <details className="lanes-table">
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">provider</th>
            <th scope="col">state</th>
            <th scope="col">from, {zoneName(zone, incident.window.from)}</th>
            <th scope="col">to</th>
            <th scope="col">failed attempts</th>
            <th scope="col">probes</th>
          </tr>
        </thead>
        <tbody>
          {incident.lanes.flatMap(({ provider, spans, ticks, probes }) =>
            spans.map(({ state, from, to, by }) => {
              const isIn = ({ at }: { at: number }) => at >= from && at < to;
              return (
                <tr key={`${provider} ${from}`}>
                  <th scope="row">{provider}</th>
                  <td>
                    {stateWords[state]}
                    {by === null ? '' : `, ${by}`}
                  </td>
                  <td>{time(from)}</td>
                  <td>{time(to)}</td>
                  <td>{ticks.filter(isIn).reduce((sum, { count }) => sum + count, 0)}</td>
                  <td>{probes.filter(isIn).length}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </details>
  );
}
