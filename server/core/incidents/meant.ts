import { showCount } from '../numbers.ts';
import { nothing } from '../savings/figures.ts';
import { knownOf, netMark } from '../savings/known.ts';
import type { Figures, Mark } from '../savings/types.ts';
import type { Impact, IncidentReport } from './report.ts';
import { dollarsBeside, plural, range, share, span } from './words.ts';

/** One line of what an incident meant. */
export interface MeantLine {
  id: string;
  label: string;
  /** `–`: not known, which is not nothing. */
  text: string;
  mark: Mark;
  tone: 'plain' | 'good' | 'bad' | 'caution';
}

/** What it meant, line by line: first for callers, then for the bill. */
export function meantOf(impact: Impact): MeantLine[] {
  return [...forCallers(impact), ...saved(impact.savings)];
}

/** Whether callers felt it, in a few words that follow the time. */
export function feltWords({ impact, chains }: Pick<IncidentReport, 'impact' | 'chains'>): string {
  if (impact.requests === 0) return 'nobody called meanwhile';
  if (impact.errors > 0) return `${plural(impact.errors, 'caller')} got an error`;
  return `callers of ${chains.join(', ')} were answered throughout`;
}

function forCallers(impact: Impact): MeantLine[] {
  const { requests, answered, moved, errors, others, addedWait } = impact;
  const { medianMs, worstMs } = addedWait;
  const lines: Omit<MeantLine, 'mark'>[] = [
    { id: 'requests', label: 'Requests in the window', text: showCount(requests), tone: 'plain' },
    { id: 'answered', label: 'Answered', text: `${showCount(answered)} · ${share(answered, requests)}`, tone: 'plain' },
    { id: 'moved', label: 'Moved to a fallback', text: showCount(moved), tone: 'plain' },
    { id: 'errors', label: 'Callers who got an error', text: showCount(errors), tone: errors > 0 ? 'bad' : 'good' },
    { id: 'others', label: 'Callers who left, or erred themselves', text: showCount(others), tone: 'plain' },
    {
      id: 'wait',
      label: 'Added wait of those moved, median · worst',
      text: medianMs === null || worstMs === null ? '–' : `+${span(medianMs)} · +${span(worstMs)}`,
      tone: 'plain',
    },
  ];
  return lines
    .filter(({ id }) => id !== 'others' || others > 0)
    .map((line) => ({ ...line, mark: 'measured' as const }));
}

/** Of the openings of the incident itself. */
function saved(figures: Figures | null): MeantLine[] {
  const sums = figures ?? nothing();
  const { skips, waitingMs, spend, premium, caution, net } = sums;
  const known = knownOf(sums);
  const money = (part: { low: number; high: number }) => range(part, dollarsBeside);
  const guess = (mark: Mark): Mark => (figures && mark !== 'measured' ? mark : 'estimated');
  const lines: MeantLine[] = [
    { id: 'notMade', label: 'Attempts not made', text: showCount(skips), mark: 'measured', tone: 'plain' },
    {
      id: 'spared',
      label: 'Waiting spared',
      text: known.waitingMs ? range(waitingMs, span) : '–',
      mark: guess(waitingMs.mark),
      tone: 'plain',
    },
    {
      id: 'spend',
      label: 'Spend avoided',
      text: known.spend ? money(spend) : '–',
      mark: guess(spend.mark),
      tone: 'plain',
    },
    {
      id: 'premium',
      label: 'Fallback premium',
      text: known.premium ? money(premium) : '–',
      mark: guess(premium.mark),
      tone: 'plain',
    },
    {
      id: 'caution',
      label: 'Answered by a fallback though it was probably back',
      text: range(caution, showCount),
      mark: 'estimated',
      tone: caution.high > 0 ? 'caution' : 'plain',
    },
    {
      id: 'net',
      label: 'Net, money only',
      text: known.net ? signedRange(net) : '–',
      mark: guess(netMark(sums)),
      tone: 'plain',
    },
  ];
  return figures ? lines : lines.map((line) => ({ ...line, text: '–', tone: 'plain' }));
}

/** `−$0.49 to +$31.20`. */
function signedRange(net: { low: number; high: number }): string {
  const signed = (nanoUsd: number, other: number) => {
    const text = dollarsBeside(nanoUsd, other);
    return nanoUsd > 0 && text !== dollarsBeside(0, other) ? `+${text}` : text;
  };
  const [low, high] = [signed(net.low, net.high), signed(net.high, net.low)];
  return low === high ? low : `${low} to ${high}`;
}
