import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { aboutQuery } from '../api.ts';
import { errorSentence } from '../errors.ts';
import { IncidentActions } from '../incidents/actions.tsx';
import { type Span, within } from '../incidents/laneGeometry.ts';
import { Lanes } from '../incidents/lanes.tsx';
import { Meant } from '../incidents/meant.tsx';
import { Milestones } from '../incidents/milestones.tsx';
import { NoteDialog } from '../incidents/noteDialog.tsx';
import { OursNote } from '../incidents/ours.tsx';
import { type Incident, incidentQuery } from '../incidents/queries.ts';
import { Timeline } from '../incidents/timeline.tsx';
import { useKeys } from '../keys.ts';
import { liveStore } from '../live/page.ts';
import { day, showAge, timeBeside, zoneName } from '../time.ts';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { useZone } from '../zone.tsx';
import '../requests/requests.css';
import '../incidents/incidents.css';
import { ReadError } from '../ui/readError.tsx';

/** One incident: what happened, why, and what it meant. */
export function IncidentPage() {
  const { id } = useParams({ from: '/incidents/$id' });
  const number = Number(id);
  const { data, error } = useQuery({ ...incidentQuery(number), enabled: Number.isInteger(number) && number > 0 });
  if (data) return <Shown incident={data} error={error} />;
  return (
    <EmptyState title={error || !(number > 0) ? `Incident ${id} cannot be shown` : 'Reading the incident…'}>
      <h1 className="visually-hidden">Incident {id}</h1>
      {error && <p>{errorSentence(error)}</p>}
      <p>
        <Link to="/incidents">All incidents</Link>
      </p>
    </EmptyState>
  );
}

function Shown({ incident, error }: { incident: Incident; error: Error | null }) {
  const [cursor, point] = useState<number | null>(null);
  const [noteAt, setNoteAt] = useState<number | null>(null);
  const { data: about } = useQuery({ ...aboutQuery, staleTime: Number.POSITIVE_INFINITY });
  const mayWrite = about !== undefined && about.role !== 'viewer';
  const [shown, zoom] = useZoom(incident.window);
  const addNote = () =>
    setNoteAt(cursor ?? (incident.state === 'resolved' ? incident.milestones.detectedAt : liveStore.serverNow()));
  useKeys(mayWrite ? { n: addNote } : {});
  return (
    <>
      <div className="incident-head">
        <div>
          <h1>
            <Link to="/incidents" className="incident-up">
              Incident {incident.id}
            </Link>{' '}
            · {incident.title}
          </h1>
          <Summary incident={incident} />
        </div>
        <IncidentActions id={incident.id} addNote={mayWrite ? addNote : null} />
      </div>
      {error && <ReadError error={error} isKept />}
      {incident.ours && <OursNote ours={incident.ours} isTold />}
      <Milestones incident={incident} />
      <Panel
        title="How it went"
        note="one lane a provider · ticks are failed attempts, triangles probes · drag to zoom"
      >
        <Lanes {...{ incident, shown, zoom, cursor, point }} />
      </Panel>
      <div className="incident-row">
        <Timeline {...{ incident, mayWrite, cursor, point }} />
        <Meant incident={incident} />
      </div>
      {noteAt !== null && <NoteDialog incident={incident} at={noteAt} onClose={() => setNoteAt(null)} />}
    </>
  );
}

/** What is shown of the window, in the address. */
function useZoom(whole: Span): [Span, (to: Span | null) => void] {
  const { from, to } = useSearch({ from: '/incidents/$id' });
  const navigate = useNavigate();
  const zoom = useCallback(
    (next: Span | null) =>
      void navigate({
        to: '.',
        search: ({ from: _from, to: _to, ...before }) => (next ? { ...before, ...next } : before),
        hash: (before) => before ?? '',
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  return [from !== undefined && to !== undefined && from < to ? within(whole, { from, to }) : whole, zoom];
}

function Summary({ incident }: { incident: Incident }) {
  const zone = useZone();
  const { beganAt, milestones, state, asOf, felt } = incident;
  const end = milestones.resolvedAt;
  const time = (at: number) => timeBeside(at, beganAt, zone);
  const until = end ?? asOf;
  return (
    <p className="incident-sub">
      {state !== 'resolved' && (
        <b className={`incident-state incident-${state}`}>{state === 'open' ? '■ Goes on' : '▲ Back, being watched'}</b>
      )}
      {day(beganAt, zone)}, {time(beganAt)} – {end === null ? `told up to ${time(asOf)}` : time(end)}{' '}
      {zoneName(zone, beganAt)} · {showAge(until - beganAt)} · {felt}
    </p>
  );
}
