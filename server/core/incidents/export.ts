import { markdownOf } from './markdown.ts';
import { feltWords, meantOf } from './meant.ts';
import type { KeptIncident } from './report.ts';
import { plainText, shownTimeline } from './shown.ts';

export const incidentFormats = ['markdown', 'json', 'csv'] as const;
export type IncidentFormat = (typeof incidentFormats)[number];

/** An incident as a file; the same bytes for the same incident. */
export interface IncidentFile {
  name: string;
  /** A media type. */
  type: string;
  text: string;
}

export function fileOf(kept: KeptIncident, format: IncidentFormat): IncidentFile {
  const name = `incident-${kept.row.id}`;
  switch (format) {
    case 'markdown':
      return { name: `${name}.md`, type: 'text/markdown', text: markdownOf(kept) };
    case 'json':
      return { name: `${name}.json`, type: 'application/json', text: `${JSON.stringify(shownOf(kept), null, 2)}\n` };
    case 'csv':
      return { name: `${name}.csv`, type: 'text/csv', text: csvOf(kept) };
  }
}

/** All that is shown of an incident. */
export function shownOf(kept: KeptIncident) {
  const { row, report } = kept;
  const { timeline: _timeline, state: _state, title: _title, ...rest } = report;
  return { ...row, felt: feltWords(report), ...rest, timeline: shownTimeline(kept), meant: meantOf(report.impact) };
}

export type ShownIncident = ReturnType<typeof shownOf>;

const columns = ['row', 'at', 'until', 'kind', 'starred', 'said', 'detail', 'folded', 'request', 'who', 'noted_at'];

/** Its timeline, with a line of names. */
function csvOf(kept: KeptIncident): string {
  const rows = shownTimeline(kept).map((row) => [
    row.id,
    iso(row.at),
    row.until === null ? '' : iso(row.until),
    row.kind,
    String(row.starred),
    plainText(row),
    row.detail,
    String(row.folded),
    row.requestId ?? '',
    row.written?.who ?? '',
    row.written ? iso(row.written.notedAt) : '',
  ]);
  return `${[columns, ...rows].map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A text that a spreadsheet would run as a formula is disarmed. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
