/** Where moments stand on the lanes, in CSS pixels; and what a zoom shows. Pure. */

export interface Span {
  from: number;
  to: number;
}

/** A second of a long outage tells nothing. */
const leastMs = 10_000;

export function scaleOf({ from, to }: Span, [left, right]: readonly [number, number]) {
  const width = Math.max(1, right - left);
  return {
    x: (at: number) => left + (Math.min(to, Math.max(from, at)) - from) * (width / (to - from)),
    at: (x: number) => from + (Math.min(right, Math.max(left, x)) - left) * ((to - from) / width),
  };
}

/** A part of `whole`, whole seconds, never shorter than ten of them. */
export function within(whole: Span, wanted: Span): Span {
  const length = Math.min(whole.to - whole.from, Math.max(leastMs, wanted.to - wanted.from));
  const from = Math.min(whole.to - length, Math.max(whole.from, wanted.from));
  return { from: Math.floor(from / 1_000) * 1_000, to: Math.ceil((from + length) / 1_000) * 1_000 };
}

/** Nearer by `factor` (2: half as long), around its middle or a moment. */
export function zoomed(shown: Span, factor: number, around = (shown.from + shown.to) / 2): Span {
  return { from: around - (around - shown.from) / factor, to: around + (shown.to - around) / factor };
}

/** Along by a share of what is shown. */
export function moved(shown: Span, share: number): Span {
  const by = (shown.to - shown.from) * share;
  return { from: shown.from + by, to: shown.to + by };
}

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Moments to name under the lanes: whole steps, at most so many. */
export function axisOf({ from, to }: Span, most: number): { at: number[]; seconds: boolean; days: boolean } {
  const least = (to - from) / Math.max(1, most);
  const step = (steps.find((seconds) => seconds * 1_000 >= least) ?? 2_592_000) * 1_000;
  const at: number[] = [];
  for (let mark = Math.ceil(from / step) * step; mark <= to; mark += step) at.push(mark);
  return { at, seconds: step < 60_000, days: step >= 86_400_000 };
}

/** Spans of states, without those too short to be seen between two of one state. */
export function joined<Shown extends Span & { state: string }>(spans: readonly Shown[], leastMs: number): Shown[] {
  const found: Shown[] = [];
  for (const [index, span] of spans.entries()) {
    const last = found.at(-1);
    const next = spans[index + 1];
    if (last && span.to - span.from < leastMs && next?.state === last.state) last.to = span.to;
    else if (last && last.state === span.state && last.to === span.from) last.to = span.to;
    else found.push({ ...span });
  }
  return found;
}
