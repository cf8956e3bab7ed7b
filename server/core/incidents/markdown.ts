import { feltWords, meantOf } from './meant.ts';
import { lookFirst, oursCounts } from './ours.ts';
import type { KeptIncident, Milestones } from './report.ts';
import { plainText, type ShownRow, shownTimeline } from './shown.ts';
import type { OursEvidence } from './types.ts';
import { lasting, plural, utc, utcBeside, wordOf } from './words.ts';

/** A finished post-mortem: the same bytes for the same incident. Times are UTC. Starred rows are in it. */
export function markdownOf(kept: KeptIncident): string {
  const { row, report } = kept;
  const starred = shownTimeline(kept).filter((shown) => shown.starred);
  const sections = [
    `# Incident ${row.id}: ${escaped(row.title)}`,
    summary(kept),
    report.ours && section('The fault may be ours', oursText(report.ours)),
    section('Milestones', table(['', 'UTC', ''], milestoneCells(report.milestones))),
    section(
      'What happened',
      starred.length > 0 ? table(['UTC', 'what'], starred.map(rowCells)) : 'Nothing is starred.',
    ),
    section(
      'What it meant',
      table(
        ['', '', ''],
        meantOf(report.impact).map(({ label, text, mark }) => [label, text, mark]),
      ),
    ),
    report.impact.byChain.length > 0 && section('By chain', table(chainHead, report.impact.byChain.map(chainCells))),
    report.failures.length > 0 && section('Failures', table(['provider', 'kind', 'attempts'], failureCells(kept))),
  ];
  return `${sections.filter((text) => typeof text === 'string').join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function summary({ row, report }: KeptIncident): string {
  const { milestones, impact } = report;
  const end = milestones.resolvedAt;
  const counted = `Counted from ${utc(impact.from)} to ${utc(impact.to)} UTC.`;
  const felt = escaped(feltWords(report));
  if (end === null) {
    const state = row.state === 'open' ? 'It goes on' : 'All is well again, but not for long enough to call it over';
    return `Began ${utc(row.beganAt)} UTC. ${state}, as of ${utc(report.asOf)} UTC; ${felt}. ${counted}`;
  }
  const span = `${utc(row.beganAt)} – ${utc(end)} UTC`;
  return `${span}, ${lasting(end - row.beganAt)}; ${felt}. ${counted}`;
}

function milestoneCells(milestones: Milestones): string[][] {
  const { beganAt, detectedAt, mitigatedAt, mitigatedBy, backAt, backBy, resolvedAt, detectedBy, endedBy } = milestones;
  const cells: [string, number | null, string][] = [
    ['Began', beganAt, 'first failure'],
    ['Detected', detectedAt, detectedBy],
    ['Mitigated', mitigatedAt, mitigatedBy === null ? '' : `${mitigatedBy} answering`],
    ['Provider back', backAt, backBy ?? ''],
    ['Resolved', resolvedAt, endedBy],
  ];
  return cells.map(([name, at, how]) => [name, at === null ? '–' : utc(at), at === null ? '' : how]);
}

function rowCells(row: ShownRow): string[] {
  const until = row.until === null ? '' : ` – ${utcBeside(row.until, row.at)}`;
  const details = [
    row.detail,
    row.folded > 1 ? `${plural(row.folded, 'row')} folded` : '',
    row.requestId === null ? '' : `request ${row.requestId}`,
    row.written === null ? '' : `noted ${utc(row.written.notedAt)} for ${utc(row.at)}`,
  ].filter((text) => text !== '');
  return [`${utc(row.at)}${until}`, plainText(row) + (details.length > 0 ? ` (${details.join('; ')})` : '')];
}

const chainHead = ['chain', 'requests', 'answered', 'moved', 'errors'];

function chainCells(counts: KeptIncident['report']['impact']['byChain'][number]): string[] {
  const { chain, requests, answered, moved, errors } = counts;
  return [chain, ...[requests, answered, moved, errors].map(String)];
}

function failureCells({ report }: KeptIncident): string[][] {
  return report.failures.map(({ provider, kind, count }) => [provider, wordOf(kind), String(count)]);
}

function oursText(ours: OursEvidence): string {
  const said = `${lookFirst} From ${utc(ours.from)} to ${utc(ours.to)} UTC, ${oursCounts(ours)}.`;
  const cells = ours.providers.map(({ provider, attempts, unconnected }) => [
    provider,
    String(attempts),
    String(unconnected),
  ]);
  return `${said}\n\n${table(['provider', 'attempts', 'without a connection'], cells)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((cells) => cells.map(escaped))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Names and notes may hold anything; in a report they are text. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_<>[\]|#]/g, '\\$&');
}
