import { type hourMs, minuteMs, minuteOf } from '../minutes.ts';
import { longestRampMs, type SkipTally } from './tally.ts';
import type { Opening, SkippedRequest, Step, Tokens } from './types.ts';

/**
 * Requests with skips that differ in nothing but their moment, their tokens and their cost. While no circuit of theirs turns
 * they are all counted alike, so that the sum of an hour of them says what each of them would. What a turn falls into is
 * counted by finer sums, and at last request by request: which openings there were, and when, is in no sum.
 */
export interface SkipShape {
  node: string;
  servedBy: string | null;
  tokensKnown: boolean;
  costKnown: boolean;
  steps: ShapeStep[];
}

/** Of a step that was no skip only who and how. */
type ShapeStep = Omit<Step, 'at'> & {
  /** In which minute, counted from that of the first skip; 0 where it was no skip. */
  minute: number;
};

/** Requests of one shape, added up. */
export interface SkipSum {
  /** Start of the minute, or of the hour, of their first skips, ms since 1970. */
  at: number;
  requests: number;
  tokens: Tokens;
  costNanoUsd: number;
}

export type SumLength = typeof minuteMs | typeof hourMs;

/** Null: it has no skip. */
export function shapeOf({ node, servedBy, tokens, costNanoUsd, steps }: SkippedRequest): SkipShape | null {
  const first = firstSkipOf(steps);
  if (first === null) return null;
  return {
    ...{ node, servedBy, tokensKnown: tokens !== null, costKnown: costNanoUsd !== null },
    steps: steps.map(({ provider, outcome, kind, closed, at }) =>
      outcome === 'skipped'
        ? { provider, outcome, kind, closed, minute: (minuteOf(at) - minuteOf(first)) / minuteMs }
        : { provider, outcome, kind: null, closed: false, minute: 0 },
    ),
  };
}

/** When, ms since 1970; null: there is none. It is by this that a request is in a minute, an hour, a day. */
export function firstSkipOf(steps: readonly Step[]): number | null {
  return steps.find(({ outcome }) => outcome === 'skipped')?.at ?? null;
}

type Packed = [string, string | null, boolean, boolean, [string, Step['outcome'], string | null, boolean, number][]];

/** In few characters; the same shape gives the same text. */
export function packShape({ node, servedBy, tokensKnown, costKnown, steps }: SkipShape): string {
  const packed: Packed = [
    ...([node, servedBy, tokensKnown, costKnown] as const),
    steps.map(({ provider, outcome, kind, closed, minute }) => [provider, outcome, kind, closed, minute]),
  ];
  return JSON.stringify(packed);
}

export function unpackShape(text: string): SkipShape {
  const [node, servedBy, tokensKnown, costKnown, steps] = JSON.parse(text) as Packed;
  return {
    ...{ node, servedBy, tokensKnown, costKnown },
    steps: steps.map(([provider, outcome, kind, closed, minute]) => ({ provider, outcome, kind, closed, minute })),
  };
}

/** Counts a sum as one request of which there were so many, which `Turns` must have found to be right. */
export function tallySum(tally: SkipTally, { node, servedBy, ...shape }: SkipShape, sum: SkipSum): void {
  const request = {
    ...{ node, servedBy },
    tokens: shape.tokensKnown ? sum.tokens : null,
    costNanoUsd: shape.costKnown ? sum.costNanoUsd : null,
    steps: shape.steps.map(({ minute, ...step }) => ({ ...step, at: sum.at + minute * minuteMs })),
  };
  tally.request(request, sum.requests);
}

/** The moments at which it changes what a skip is counted as. */
export class Turns {
  /** By provider, in order. */
  private readonly moments = new Map<string, number[]>();
  /** When no skip can be of the ramp after an opening any more. */
  private readonly rampEnds = new Map<string, number[]>();

  constructor(openings: readonly Opening[]) {
    for (const { provider, openedAt, lastDownAt, backAt, endedAt } of openings) {
      const [moments, rampEnds] = [listOf(this.moments, provider), listOf(this.rampEnds, provider)];
      moments.push(...[openedAt, lastDownAt, backAt, endedAt].filter((moment) => moment !== null));
      if (endedAt !== null) rampEnds.push(endedAt + longestRampMs);
    }
    for (const moments of [...this.moments.values(), ...this.rampEnds.values()])
      moments.sort((one, other) => one - other);
  }

  /** Whether every skip that a sum of such a length may hold is counted alike. */
  spare({ steps }: SkipShape, at: number, length: SumLength): boolean {
    return steps.every(({ provider, outcome, kind, minute }) => {
      if (outcome !== 'skipped') return true;
      const from = at + minute * minuteMs;
      const atRampEnd = kind === 'ramping' && hasWithin(this.rampEnds.get(provider) ?? [], from, from + length);
      return !atRampEnd && !this.within(provider, from, from + length);
    });
  }

  /** Whether a circuit of the provider turned from `from` on and before `to`. */
  within(provider: string, from: number, to: number): boolean {
    return hasWithin(this.moments.get(provider) ?? [], from, to);
  }
}

function listOf(lists: Map<string, number[]>, name: string): number[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}

/** Whether one of them, which are in order, is from `from` on and before `to`. */
function hasWithin(moments: readonly number[], from: number, to: number): boolean {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle] ?? to) < from) low = middle + 1;
    else high = middle;
  }
  return (moments[low] ?? to) < to;
}
