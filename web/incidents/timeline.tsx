import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { client } from '../api.ts';
import { errorSentence } from '../errors.ts';
import { day, timeBeside, timeOfDay, unbroken, zoneName } from '../time.ts';
import { Panel } from '../ui/panel.tsx';
import { useZone } from '../zone.tsx';
import { type Incident, incidentQuery, type TimelineRow } from './queries.ts';

interface TimelineProps {
  incident: Incident;
  /** Whether stars may be set by who is signed in. */
  mayWrite: boolean;
  cursor: number | null;
  point: (at: number | null) => void;
}

const marks: Record<TimelineRow['kind'], readonly [sign: string, tone: string]> = {
  failure: ['×', 'open'],
  opened: ['■', 'open'],
  closed: ['●', 'closed'],
  halfOpen: ['▲', 'half'],
  probes: ['▲', 'half'],
  flapping: ['≈', 'open'],
  act: ['■', 'manual'],
  chain: ['▼', 'open'],
  mitigated: ['↷', 'flow'],
  resolved: ['●', 'closed'],
  ours: ['!', 'open'],
  rest: ['…', 'flow'],
  note: ['✎', 'manual'],
};

/** What happened, in order. Each row has its own address; starred ones go into the report. */
export function Timeline({ incident, mayWrite, cursor, point }: TimelineProps) {
  const zone = useZone();
  const { hash } = useLocation();
  const queries = useQueryClient();
  const star = useMutation({
    mutationFn: ({ row, starred }: { row: string; starred: boolean }) =>
      client.incidents.annotate.mutate({ id: incident.id, row, starred }),
    onSuccess: () => queries.invalidateQueries({ queryKey: incidentQuery(incident.id).queryKey }),
  });
  const near = cursor === null ? null : nearest(incident.timeline, cursor);
  return (
    <Panel title="Timeline" note={`${zoneName(zone, incident.beganAt)} · starred rows go into the report`}>
      {star.error && (
        <p className="note note-open" role="alert">
          ■ {errorSentence(star.error)}
        </p>
      )}
      <ol className="timeline">
        {incident.timeline.map((row) => (
          <Row
            key={row.id}
            row={row}
            firstAt={incident.beganAt}
            chosen={hash === row.id}
            near={near === row.id}
            point={point}
            star={mayWrite && !star.isPending ? (starred) => star.mutate({ row: row.id, starred }) : null}
          />
        ))}
      </ol>
    </Panel>
  );
}

function nearest(rows: readonly TimelineRow[], at: number): string | null {
  const by = (row: TimelineRow) => (row.until !== null && at >= row.at && at <= row.until ? 0 : Math.abs(row.at - at));
  const [first, ...rest] = rows;
  if (!first) return null;
  return rest.reduce((best, row) => (by(row) < by(best) ? row : best), first).id;
}

interface RowProps {
  row: TimelineRow;
  firstAt: number;
  /** It is what the address points to. */
  chosen: boolean;
  near: boolean;
  point: (at: number | null) => void;
  /** Null: not now, or not by you. */
  star: ((starred: boolean) => void) | null;
}

function Row({ row, firstAt, chosen, near, point, star }: RowProps) {
  const zone = useZone();
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) element.current?.scrollIntoView({ block: 'center' });
  }, [chosen]);
  const [sign, tone] = marks[row.kind];
  const time = timeOfDay(row.at, zone);
  return (
    <li
      ref={element}
      id={row.id}
      className={`timeline-row ${chosen ? 'timeline-chosen' : ''} ${near ? 'timeline-near' : ''}`}
      onPointerEnter={() => point(row.at)}
      onPointerLeave={() => point(null)}
    >
      <Link
        to="."
        search={(before) => before}
        hash={row.id}
        replace
        resetScroll={false}
        className="timeline-time tabular"
        title={`Link to this row · ${day(row.at, zone)} ${timeOfDay(row.at, zone, true)} ${zoneName(zone, row.at)}`}
      >
        {day(row.at, zone) === day(firstAt, zone) ? time : `${day(row.at, zone).slice(5)} ${time}`}
      </Link>
      <span className="timeline-sign" style={{ color: `var(--${tone})` }} aria-hidden="true">
        {sign}
      </span>
      <button
        type="button"
        className="timeline-star"
        aria-pressed={row.starred}
        aria-label={row.starred ? 'Take it out of the report' : 'Put it into the report'}
        disabled={star === null}
        onClick={() => star?.(!row.starred)}
      >
        {row.starred ? '★' : '☆'}
      </button>
      <p>
        <Said row={row} /> <Details row={row} />
      </p>
    </li>
  );
}

function Said({ row: { said } }: { row: TimelineRow }) {
  return said.map((part) => (typeof part === 'string' ? unbroken(part) : <b key={part.name}>{part.name}</b>));
}

function Details({ row }: { row: TimelineRow }) {
  const zone = useZone();
  const { detail, folded, requestId, written, until, at } = row;
  const parts = [
    detail,
    until === null ? '' : `until ${timeBeside(until, at, zone)}`,
    folded > 1 ? `folded · ${folded} rows` : '',
    written ? `noted ${timeBeside(written.notedAt, at, zone)} for ${timeOfDay(at, zone)}` : '',
  ].filter((text) => text !== '');
  return (
    <span className="muted">
      {unbroken(parts.join(' · '))}
      {requestId !== null && (
        <>
          {parts.length > 0 ? ' · ' : ''}
          <Link to="/requests/$id" params={{ id: requestId }} className="timeline-request">
            request {requestId.length > 12 ? `${requestId.slice(0, 4)}…${requestId.slice(-4)}` : requestId}
          </Link>
        </>
      )}
    </span>
  );
}
