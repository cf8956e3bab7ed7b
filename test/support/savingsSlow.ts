import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { billingKindOf } from '../../server/core/savings/shares.ts';
import { dayOf, type RandomRecord } from './savingsRecords.ts';
import { type Out, outOf, outsOf } from './savingsSlowOuts.ts';

/**
 * The savings a second way: each request is walked again, once in the world where every provider came back right after its
 * last failed probe, and once in the one where it came back at its first good one. Slow, and simple enough to be believed.
 */

/** One step of a request walked again; `out` is null for who was tried. */
type Step = { skip: AttemptRecord; out: Out } | { skip: null; tried: AttemptRecord };

interface Walked {
  steps: Step[];
  skipped: number;
  tripped: number;
}

function walkOf(record: RandomRecord, { node, attempts }: RequestRecord): Walked {
  const walked: Walked = { steps: [], skipped: 0, tripped: 0 };
  for (const [index, attempt] of attempts.entries()) {
    const { provider, failureKind, circuitState, outcome } = attempt;
    if (outcome !== 'skipped') {
      walked.steps.push({ skip: null, tried: attempt });
      continue;
    }
    const wasTried = attempts.some((other) => other.provider === provider && other.outcome !== 'skipped');
    if (wasTried || attempts.slice(0, index).some((other) => other.provider === provider)) continue;
    if (failureKind === 'tripped') walked.tripped += 1;
    if (['tripped', 'busy', 'cannot_take'].includes(failureKind ?? '')) continue;
    if (failureKind === 'throttled' && circuitState === 'closed') continue;
    const out = outOf(record, node, attempt);
    if (!out) continue;
    walked.skipped += 1;
    walked.steps.push({ skip: attempt, out });
  }
  return walked;
}

type World = 'early' | 'late';
type Skipped = { skip: AttemptRecord; out: Out };

/** Who would have failed, and who of those skipped would have answered, had nobody been skipped. */
function walkAgain(steps: Step[], world: World): { failed: Skipped[]; answered: Skipped | null } {
  const failed: Skipped[] = [];
  for (const step of steps) {
    if (step.skip === null) {
      if (step.tried.outcome === 'succeeded') break;
      // Whoever was let go might have answered.
      if (step.tried.outcome === 'cancelled' && world === 'early') break;
      continue;
    }
    const { skip, out } = step;
    if (skip.startedAt > (world === 'early' ? out.downUntil : out.upFrom)) return { failed, answered: step };
    failed.push(step);
  }
  return { failed, answered: null };
}

export interface SlowFigures {
  skips: number;
  attempts: [number, number];
  waitingMs: [number, number];
  /** Not rounded: the program rounds once a tally. */
  spend: [number, number];
  premium: [number, number];
  rampPremium: number;
  caution: [number, number];
  tripped: number;
  probesNanoUsd: number;
}

export function slowSavings(record: RandomRecord): SlowFigures {
  const probesNanoUsd = record.probes.reduce((total, { costNanoUsd }) => total + (costNanoUsd ?? 0), 0);
  const sum: SlowFigures = {
    ...{ skips: 0, attempts: [0, 0], waitingMs: [0, 0], spend: [0, 0], premium: [0, 0] },
    ...{ rampPremium: 0, caution: [0, 0], tripped: 0, probesNanoUsd },
  };
  /** What fallbacks cost beyond, by what the program sums before it takes the ends of a range. */
  const extras = new Map<string, number>();
  for (const request of record.requests) {
    const { steps, skipped, tripped } = walkOf(record, request);
    sum.skips += skipped;
    sum.tripped += tripped;
    const [early, late] = [walkAgain(steps, 'early'), walkAgain(steps, 'late')];
    for (const [end, { failed }] of [early, late].entries()) {
      for (const each of failed) {
        sum.attempts[end as 0 | 1] += 1;
        sum.waitingMs[end as 0 | 1] += eachMs(record, each.out) ?? 0;
        sum.spend[end as 0 | 1] += spendOf(record, request, { ...each, end: end as 0 | 1 });
      }
    }
    answers(sum, extras, { record, request, early: early.answered, late: late.answered });
  }
  for (const extra of extras.values()) {
    sum.premium[0] += Math.min(0, extra);
    sum.premium[1] += Math.max(0, extra);
  }
  return sum;
}

function answers(
  sum: SlowFigures,
  extras: Map<string, number>,
  found: { record: RandomRecord; request: RequestRecord; early: Skipped | null; late: Skipped | null },
): void {
  const { record, request, early, late } = found;
  const { servedBy } = request;
  const sure = early !== null && early.skip === late?.skip;
  for (const answered of new Set([early, sure ? null : late])) {
    if (!answered || servedBy === null || answered.skip.provider === servedBy) continue;
    sum.caution[1] += 1;
    if (sure) sum.caution[0] += 1;
    const own = costAt(record, request, answered.skip.provider);
    const cost = fallbackCost(request);
    if (own === null || cost === null) continue;
    if (sure) sum.rampPremium += cost - own;
    else {
      const isBack = answered.skip.startedAt > answered.out.upFrom;
      const { node, seq } = answered.out.start;
      const firstSkipAt = request.attempts.find(({ outcome }) => outcome === 'skipped')?.startedAt ?? 0;
      const key = [answered.skip.provider, node, seq, dayOf(firstSkipAt), isBack, servedBy].join();
      extras.set(key, (extras.get(key) ?? 0) + cost - own);
    }
  }
}

function answerOf({ attempts, servedBy }: RequestRecord): AttemptRecord[] {
  return attempts.filter(({ provider, outcome }) => provider === servedBy && outcome === 'succeeded');
}

function fallbackCost(request: RequestRecord): number | null {
  const costs = answerOf(request).map(({ costNanoUsd }) => costNanoUsd);
  return costs.length === 0 || costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
}

/** Fresh, cached and completion tokens; null: nothing is known. */
function tokensOf(request: RequestRecord): [number, number, number] | null {
  const usages = answerOf(request).flatMap(({ usage }) => (usage ? [usage] : []));
  if (usages.length === 0) return request.needs && [request.needs.promptTokens, 0, 0];
  const total: [number, number, number] = [0, 0, 0];
  for (const { promptTokens, cachedTokens, completionTokens } of usages) {
    const cached = Math.min(promptTokens, cachedTokens);
    total[0] += promptTokens - cached;
    total[1] += cached;
    total[2] += completionTokens;
  }
  return total;
}

function costAt(record: RandomRecord, request: RequestRecord, provider: string): number | null {
  const price = record.prices.get(provider);
  const tokens = tokensOf(request);
  if (!price || !tokens) return null;
  return (tokens[0] * price.input + tokens[1] * price.cachedInput + tokens[2] * price.output) * 1_000;
}

/** The failed attempts that opened it, as far as the record has them. */
function failuresOf({ requests }: RandomRecord, { start }: Out): AttemptRecord[] {
  return start.evidence.flatMap((id) => {
    const [requestId, ordinal] = id.split('/');
    const request = requests.find((each) => each.id === requestId);
    const found = request?.attempts[Number(ordinal)];
    return found?.outcome === 'failed' ? [found] : [];
  });
}

function eachMs(record: RandomRecord, out: Out): number | null {
  const nodes = [...new Set(record.events.map(({ node }) => node))];
  const before = nodes
    .flatMap((node) => outsOf(record, { node, provider: out.provider }))
    .filter(({ start }) => start.at <= out.start.at)
    .sort((one, other) => other.start.at - one.start.at);
  for (const each of before) {
    const durations = failuresOf(record, each).map(({ durationMs }) => durationMs);
    durations.sort((one, other) => one - other);
    const half = durations.length / 2;
    if (durations.length === 0) continue;
    const [lower, upper] = [durations[Math.ceil(half) - 1] ?? 0, durations[Math.floor(half)] ?? 0];
    return Math.round((lower + upper) / 2);
  }
  return null;
}

function spendOf(record: RandomRecord, request: RequestRecord, at: { out: Out; end: 0 | 1 }): number {
  const { out, end } = at;
  const price = record.prices.get(out.provider);
  const tokens = tokensOf(request);
  if (!price || !tokens) return 0;
  const prompt = shareOf(record, out, { of: 'promptShare', end });
  const output = shareOf(record, out, { of: 'outputShare', end });
  return (
    ((tokens[0] * price.input + tokens[1] * price.cachedInput) * prompt + tokens[2] * price.output * output) * 1_000
  );
}

function shareOf(record: RandomRecord, out: Out, which: { of: 'promptShare' | 'outputShare'; end: 0 | 1 }): number {
  const shares = record.shares.get(out.provider);
  if (!shares) return which.end;
  const all = Object.values(shares).map((share) => share[which.of] ?? which.end);
  const unknown = which.end === 0 ? Math.min(...all) : Math.max(...all);
  const weighed = failuresOf(record, out).map(({ failureKind }) => {
    const kind = billingKindOf(failureKind);
    return kind === null ? unknown : (shares[kind][which.of] ?? which.end);
  });
  return weighed.length === 0 ? unknown : weighed.reduce((sum, share) => sum + share, 0) / weighed.length;
}
