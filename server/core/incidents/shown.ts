import type { IncidentNote, KeptIncident, RowKind, TimelineRow } from './report.ts';

/** A row of the timeline as it is shown: what the program told, and what people wrote. */
export interface ShownRow extends Omit<TimelineRow, 'kind'> {
  kind: RowKind | 'note';
  /** Who wrote it and when; null: the program told it. */
  written: Pick<IncidentNote, 'who' | 'notedAt' | 'text'> | null;
}

/** The timeline with notes at the times they are about, and stars as people have set them. Pure. */
export function shownTimeline({ report, notes, stars }: Pick<KeptIncident, 'report' | 'notes' | 'stars'>): ShownRow[] {
  const starOf = new Map(stars.map(({ rowId, starred }) => [rowId, starred]));
  const rows = [...report.timeline.map((row): ShownRow => ({ ...row, written: null })), ...notes.map(noteRow)];
  return rows
    .map((row, index) => ({ row, index }))
    .sort((one, other) => one.row.at - other.row.at || one.index - other.index)
    .map(({ row }) => ({ ...row, starred: starOf.get(row.id) ?? row.starred }));
}

/** The name by which stars and links call a note. */
export function noteRowId(id: number): string {
  return `note-${id}`;
}

function noteRow({ id, at, text, who, notedAt, starred }: IncidentNote): ShownRow {
  return {
    id: noteRowId(id),
    at,
    until: null,
    kind: 'note',
    said: [{ name: who }, `: “${text}”`],
    detail: '',
    folded: 1,
    requestId: null,
    starred,
    written: { who, notedAt, text },
  };
}

/** What a row says, as plain text. */
export function plainText({ said }: Pick<ShownRow, 'said'>): string {
  return said.map((part) => (typeof part === 'string' ? part : part.name)).join('');
}
