import type { AutomaticState } from '../core/circuit/types.ts';
import { showDuration } from '../core/duration.ts';
import type { ReplayMove, ReplayReport } from '../core/trace/replayReport.ts';
import { printable, table } from './text.ts';

const words: Record<AutomaticState, string> = { closed: '● closed', open: '■ open', halfOpen: '▲ half-open' };

/** A replay for people: what it comes to, when each of the two moved, and what cannot be known. */
export function replayLines(report: ReplayReport, columns: number): string[] {
  const { provider, durationMs, calls, skips, recorded, other, totals, caveats } = report;
  const rows = inOrder(recorded.moves, other.moves).map(({ at, was, would }) =>
    [afterBegin(at), was ? moveWords(was) : '', would ? moveWords(would) : ''].map((text) => ({ text })),
  );
  const none = totals.circuitOpenings + totals.ghostOpenings === 0;
  return [
    `${printable(provider)}, ${showDuration(durationMs)}: ${count(calls, 'call')}, and ${count(skips, 'caller')} sent on at once.`,
    `${printable(report.sentence)}.`,
    ...spared(report),
    '',
    ...(none ? ['Neither of them moved.'] : table(['AFTER', 'AS RECORDED', 'AS REPLAYED'], rows, columns)),
    ...(caveats.length > 0 ? ['', ...caveats.map((caveat) => `Not known: ${caveat}`)] : []),
  ];
}

function spared({ totals }: ReplayReport): string[] {
  const { spared, movedOn } = totals;
  const sum = spared.waited + spared.answered + spared.other;
  if (sum + movedOn.calls === 0) return [];
  return [
    `Of the calls that were made, ${sum} would not have been: ${spared.waited} that failed or waited in vain (spared), ${spared.answered} that were answered well (lost), ${spared.other} of which nothing was learned.`,
  ];
}

interface Row {
  at: number;
  was?: ReplayMove;
  would?: ReplayMove;
}

/** What both did at the same moment stands in one line. */
function inOrder(recorded: readonly ReplayMove[], replayed: readonly ReplayMove[]): Row[] {
  const rows: Row[] = recorded.map((was) => ({ at: was.at, was }));
  for (const would of replayed) {
    const same = rows.find(({ at, was, would: taken }) => at === would.at && was?.to === would.to && !taken);
    if (same) same.would = would;
    else rows.push({ at: would.at, would });
  }
  return rows.sort((one, other) => one.at - other.at);
}

function moveWords({ to, cause }: ReplayMove): string {
  return `${words[to]} (${cause})`;
}

/** `1m 5.2s`. */
function afterBegin(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (Math.floor((ms % 60_000) / 100) / 10).toFixed(1);
  return minutes === 0 ? `${seconds}s` : `${minutes}m ${seconds}s`;
}

function count(of: number, noun: string): string {
  return `${of} ${noun}${of === 1 ? '' : 's'}`;
}
