import type { ProbeRecord } from '../records.ts';
import type {
  Caution,
  LeftOut,
  Opening,
  Part,
  ProbeTally,
  SkippedRequest,
  Step,
  Tallies,
  Tally,
  Tokens,
} from './types.ts';

/**
 * Counts the skips of requests, each on its own, in any order: only sums are kept. A provider is counted once a request, and
 * not at all when it was tried after all. A skip counts only as far as those before it in its request would have failed, and on
 * the day of the first one.
 */
export class SkipTally {
  private readonly openings: Openings;
  private readonly dayOf: (at: number) => string;
  private readonly skips = new Map<string, Tally>();
  private readonly leftOut = new Map<string, LeftOut>();
  private readonly probes = new Map<string, ProbeTally>();

  /** `dayOf`: the day of a moment, in the zone that is shown. */
  constructor(openings: readonly Opening[], dayOf: (at: number) => string) {
    this.openings = new Openings(openings);
    this.dayOf = dayOf;
  }

  /** Or so many of them that are alike: then its tokens and its cost are of all of them. */
  request(request: SkippedRequest, requests = 1): void {
    const tried = new Set(request.steps.filter(({ outcome }) => outcome !== 'skipped').map(({ provider }) => provider));
    const counted = new Set<string>();
    const day = this.dayOf(request.steps.find(({ outcome }) => outcome === 'skipped')?.at ?? 0);
    const reach: Reach = { early: true, late: true };
    for (const step of request.steps) {
      if (step.outcome !== 'skipped') {
        if (step.outcome !== 'failed') reach.early = false;
        if (step.outcome === 'succeeded') reach.late = false;
        continue;
      }
      if (tried.has(step.provider) || counted.has(step.provider)) continue;
      counted.add(step.provider);
      const opening = reasonToLeaveOut(step) ?? this.openings.of(request.node, step) ?? 'unknown';
      if (typeof opening === 'string') this.leave({ provider: step.provider, day, reason: opening }, requests);
      else this.count(request, step, { day, opening, requests, ...weigh(step, opening, reach) });
    }
  }

  probe({ node, provider, at, costNanoUsd }: Pick<ProbeRecord, 'node' | 'provider' | 'at' | 'costNanoUsd'>): void {
    this.probesOf(
      { node, provider, at },
      { probes: 1, nanoUsd: costNanoUsd ?? 0, unpriced: costNanoUsd === null ? 1 : 0 },
    );
  }

  /** Several that no turn of the circuit parts, on one day. */
  probesOf(
    { node, provider, at }: Pick<ProbeRecord, 'node' | 'provider' | 'at'>,
    more: Pick<ProbeTally, 'probes' | 'nanoUsd' | 'unpriced'>,
  ): void {
    const opening = this.openings.during(node, provider, at)?.id ?? null;
    const day = this.dayOf(at);
    const sum = entry(this.probes, [opening, provider, day], () => {
      return { opening, provider, day, probes: 0, nanoUsd: 0, unpriced: 0 };
    });
    sum.probes += more.probes;
    sum.nanoUsd += more.nanoUsd;
    sum.unpriced += more.unpriced;
  }

  list(): Tallies {
    return {
      skips: [...this.skips.values()],
      leftOut: [...this.leftOut.values()],
      probes: [...this.probes.values()],
    };
  }

  private count(request: SkippedRequest, step: Step, found: Found): void {
    const { opening, day, part } = found;
    const answered = request.servedBy !== null && request.servedBy !== step.provider;
    const caution = answered ? found.caution : 'none';
    const about = {
      opening: opening.id,
      provider: step.provider,
      day,
      part,
      caution,
      servedBy: caution === 'none' ? null : request.servedBy,
      tokensKnown: request.tokens !== null,
      costKnown: request.costNanoUsd !== null,
    };
    const sum = entry(this.skips, Object.values(about), () => {
      return { ...about, skips: 0, tokens: { ...noTokens }, fallbackNanoUsd: 0 };
    });
    sum.skips += found.requests;
    addTokens(sum.tokens, request.tokens);
    if (caution !== 'none') sum.fallbackNanoUsd += request.costNanoUsd ?? 0;
  }

  private leave(about: Omit<LeftOut, 'skips'>, skips: number): void {
    entry(this.leftOut, Object.values(about), () => ({ ...about, skips: 0 })).skips += skips;
  }
}

interface Found {
  opening: Opening;
  day: string;
  requests: number;
  part: Part;
  caution: Caution;
}

/** One list of tallies out of several, as of slices of time. */
export function mergeTallies(slices: readonly Tallies[]): Tallies {
  const skips = new Map<string, Tally>();
  const leftOut = new Map<string, LeftOut>();
  const probes = new Map<string, ProbeTally>();
  for (const slice of slices) {
    for (const { skips: count, tokens, fallbackNanoUsd, ...about } of slice.skips) {
      const sum = entry(skips, Object.values(about), () => {
        return { ...about, skips: 0, tokens: { ...noTokens }, fallbackNanoUsd: 0 };
      });
      sum.skips += count;
      addTokens(sum.tokens, tokens);
      sum.fallbackNanoUsd += fallbackNanoUsd;
    }
    for (const { skips: count, ...about } of slice.leftOut) {
      entry(leftOut, Object.values(about), () => ({ ...about, skips: 0 })).skips += count;
    }
    for (const { probes: count, nanoUsd, unpriced, ...about } of slice.probes) {
      const sum = entry(probes, Object.values(about), () => ({ ...about, probes: 0, nanoUsd: 0, unpriced: 0 }));
      sum.probes += count;
      sum.nanoUsd += nanoUsd;
      sum.unpriced += unpriced;
    }
  }
  return { skips: [...skips.values()], leftOut: [...leftOut.values()], probes: [...probes.values()] };
}

export const noTokens: Tokens = { prompt: 0, cached: 0, completion: 0 };

export function addTokens(sum: Tokens, more: Tokens | null): void {
  sum.prompt += more?.prompt ?? 0;
  sum.cached += more?.cached ?? 0;
  sum.completion += more?.completion ?? 0;
}

/** Whether a step would have been reached had nobody been skipped: with providers back early, and with providers back late. */
interface Reach {
  early: boolean;
  late: boolean;
}

/** What a skip is counted as, and what it means for those after it. */
function weigh(step: Step, { lastDownAt, backAt, endedAt }: Opening, reach: Reach): { part: Part; caution: Caution } {
  const { early, late } = reach;
  if (step.at <= lastDownAt) return { part: early ? 'certain' : late ? 'possible' : 'unreached', caution: 'none' };
  reach.early = false;
  if (step.at <= (backAt ?? endedAt ?? Number.POSITIVE_INFINITY)) {
    return { part: late ? 'possible' : 'unreached', caution: early ? 'maybe' : 'none' };
  }
  reach.late = false;
  return { part: 'back', caution: early ? 'sure' : late ? 'maybe' : 'none' };
}

/** Skips for want of room, or by an operator, are of no opening. */
function reasonToLeaveOut({ kind, closed }: Step): LeftOut['reason'] | null {
  switch (kind) {
    case 'tripped':
    case 'busy':
    case 'cannot_take':
      return kind;
    case 'throttled':
      return closed ? 'pacing' : null;
    case 'open':
    case 'halfOpen':
    case 'ramping':
      return null;
    default:
      return 'unknown';
  }
}

/** After it has closed a circuit is on its ramp for no longer: the most that a config may say. */
export const longestRampMs = 86_400_000;

/** Openings by circuit, by time. */
class Openings {
  private readonly circuits = new Map<string, Opening[]>();

  constructor(openings: readonly Opening[]) {
    for (const opening of [...openings].sort((one, other) => one.openedAt - other.openedAt)) {
      // Under the provider alone, for a process that went on with the circuits of another name.
      for (const key of [`${opening.node}\n${opening.provider}`, `\n${opening.provider}`]) {
        const list = this.circuits.get(key);
        if (list) list.push(opening);
        else this.circuits.set(key, [opening]);
      }
    }
  }

  /** The opening a skip is of: the one that lasts, or, on the ramp, the one that has ended. */
  of(node: string, { provider, at, kind }: Step): Opening | null {
    return this.last(`${node}\n${provider}`, at, kind) ?? this.last(`\n${provider}`, at, kind);
  }

  during(node: string, provider: string, at: number): Opening | null {
    return this.last(`${node}\n${provider}`, at, null);
  }

  private last(circuit: string, at: number, kind: string | null): Opening | null {
    const list = this.circuits.get(circuit) ?? [];
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle]?.openedAt ?? Number.POSITIVE_INFINITY) <= at) low = middle + 1;
      else high = middle;
    }
    const after = kind === 'ramping' ? longestRampMs : 0;
    // The last one of a circuit, or none; of all circuits of a provider an earlier one may last longer.
    for (let index = low - 1; index >= 0; index -= 1) {
      const opening = list[index];
      if (opening && (opening.endedAt === null || at <= opening.endedAt + after)) return opening;
    }
    return null;
  }
}

function entry<Value>(map: Map<string, Value>, about: readonly unknown[], fresh: () => Value): Value {
  const key = about.join('\n');
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = fresh();
  map.set(key, value);
  return value;
}
