import type { IncidentFilter, Page } from '../../db/storage.ts';
import {
  fileOf,
  type IncidentFile,
  type IncidentFormat,
  type ShownIncident,
  shownOf,
} from '../core/incidents/export.ts';
import type { IncidentRow, KeptIncident } from '../core/incidents/report.ts';
import { shownTimeline } from '../core/incidents/shown.ts';
import { OperationError } from './errors.ts';
import type { AnnotateInput } from './incidentInputs.ts';
import type { Caller, Operations } from './operations.ts';
import { letGoBefore, read } from './record.ts';

/** On one incident at most. */
const maxNotes = 500;
/** A clock may be a little ahead of ours. */
const aheadMs = 60_000;

export function listIncidents(
  { storage }: Pick<Operations, 'storage'>,
  filter: IncidentFilter,
): Promise<Page<IncidentRow>> {
  return read(() => storage.listIncidents(filter));
}

/** One incident with all that is told of it; `not_found` when there is none of this number. */
export async function getIncident(operations: Pick<Operations, 'storage'>, id: number): Promise<IncidentWithGaps> {
  const incident = await kept(operations, id);
  const before = await letGoBefore(operations.storage, 'requests');
  const isGap = before !== null && before > incident.row.beganAt;
  return { ...shownOf(incident), requestsLetGoBefore: isGap ? before : null };
}

/** `requestsLetGoBefore`: requests of its time from before this moment were let go, so that links to them lead nowhere. */
export type IncidentWithGaps = ShownIncident & { requestsLetGoBefore: number | null };

export async function exportIncident(
  operations: Pick<Operations, 'storage'>,
  { id, format }: { id: number; format: IncidentFormat },
): Promise<IncidentFile> {
  return fileOf(await kept(operations, id), format);
}

/**
 * Writes a note on an incident, or puts a star on a row of its timeline or takes it off; with an audit row, on the disk when
 * this resolves. Gives the note's number; 0 for a star. Both times of a note are kept: the one it is about and now.
 */
export async function annotate(operations: Operations, caller: Caller, input: AnnotateInput): Promise<{ id: number }> {
  const { storage, clock, newId } = operations;
  const incident = await kept(operations, input.id);
  const now = clock.wall();
  const { row: rowId = null, text = null, starred = false } = input;
  const at = input.at ?? now;
  if (at > now + aheadMs)
    throw new OperationError('bad_request', 'A note is about something that has happened: `at` is in the future.');
  if (rowId !== null && !shownTimeline(incident).some((row) => row.id === rowId)) {
    throw new OperationError(
      'not_found',
      `Incident ${input.id} has no row "${rowId}" in its timeline: look at it again.`,
    );
  }
  if (rowId === null && incident.notes.length >= maxNotes) {
    throw new OperationError('conflict', `Incident ${input.id} has ${maxNotes} notes, and takes no more.`);
  }
  const audit = {
    ...{ id: newId(), at: now, who: caller.who, from: caller.from, outcome: 'done' as const, reason: null },
    what: rowId === null ? 'incidents.annotate' : starred ? 'incidents.star' : 'incidents.unstar',
    subject: `incident ${input.id}`,
    before: null,
    after: rowId === null ? { text, at, starred } : { row: rowId },
  };
  const note = { incidentId: input.id, rowId, text, at, notedAt: now, who: caller.who, starred };
  return { id: await read(() => storage.writeNote({ ...note, audit })) };
}

async function kept({ storage }: Pick<Operations, 'storage'>, id: number): Promise<KeptIncident> {
  const found = await read(() => storage.getIncident(id));
  if (found) return found;
  const { rows } = await read(() => storage.listIncidents({ limit: 1 }));
  const wasThere = (await letGoBefore(storage, 'incidents')) !== null && id <= (rows[0]?.id ?? id);
  const letGo = `Incident ${id} was let go, with what people wrote on it: it was over for longer than retention.incidents says.`;
  const none = `There is no incident ${id}.`;
  throw new OperationError('not_found', `${wasThere ? letGo : none} "incidents" lists those there are.`);
}
