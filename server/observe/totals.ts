import type { CircuitEvent, ShownState } from '../core/circuit/types.ts';
import { isFallback } from '../core/minutes.ts';
import type { AttemptOutcome, AttemptRecord, ProbeRecord, RequestOutcome, RequestRecord } from '../core/records.ts';

/** Lengths of time counted by their size. `bounds` in seconds, ascending; `counts` has one more, for what is beyond. */
export class Spread {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sumSeconds = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(ms: number): void {
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < this.bounds.length && seconds > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sumSeconds += seconds;
  }
}

/** In seconds: from what a person takes for "at once" to where clients give up. */
const firstTokenBounds = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60];
const durationBounds = [0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

export class ChainTotals {
  readonly outcomes: Record<RequestOutcome, number> = {
    succeeded: 0,
    failed: 0,
    refused: 0,
    cancelled: 0,
    interrupted: 0,
  };
  /** Answered by another provider than the first of the trail. */
  byFallback = 0;
  /** Answers that broke and were gone on with to their end. */
  rescued = 0;
  readonly firstToken = new Spread(firstTokenBounds);
  readonly duration = new Spread(durationBounds);
}

export class ProviderTotals {
  readonly outcomes: Record<AttemptOutcome, number> = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
  /** Failures by kind, skips by reason. */
  readonly failures = new Map<string, number>();
  readonly skips = new Map<string, number>();
  readonly firstToken = new Spread(firstTokenBounds);
  inputTokens = 0;
  outputTokens = 0;
  /** Of the attempts whose cost is known, and how many there are of which it is not. */
  costNanoUsd = 0;
  unpriced = 0;
  readonly movesTo: Record<ShownState, number> = { closed: 0, open: 0, halfOpen: 0, tripped: 0, heldClosed: 0 };
  /** Calls of our own, by kind. */
  readonly probes: Record<ProbeRecord['kind'], { good: number; bad: number }> = {
    standby: { good: 0, bad: 0 },
    recheck: { good: 0, bad: 0 },
    hand: { good: 0, bad: 0 },
  };
}

/** Chains and providers as a config has them. */
interface Named {
  chains: readonly { name: string }[];
  providers: readonly { name: string }[];
}

/** Sums since this run began, for counters that only ever grow. Counted from finished records, when their callers are served. */
export class Totals {
  readonly chains = new Map<string, ChainTotals>();
  readonly providers = new Map<string, ProviderTotals>();

  constructor(names: Named) {
    this.adopt(names);
  }

  /** The config has changed. What is in it no more stays: a counter never goes back. */
  adopt({ chains, providers }: Named): void {
    for (const { name } of chains) if (!this.chains.has(name)) this.chains.set(name, new ChainTotals());
    for (const { name } of providers) if (!this.providers.has(name)) this.providers.set(name, new ProviderTotals());
  }

  request(request: RequestRecord): void {
    const chain = this.chains.get(request.chain);
    const { outcome, attempts, firstTokenMs } = request;
    if (chain) {
      chain.outcomes[outcome] += 1;
      if (outcome === 'succeeded' && isFallback(request)) chain.byFallback += 1;
      if (request.rescued) chain.rescued += 1;
      if (firstTokenMs !== null) chain.firstToken.add(firstTokenMs);
      chain.duration.add(request.durationMs);
    }
    // A drill is played elsewhere: it says nothing of the provider.
    for (const attempt of attempts) if (attempt.drill === null) this.attempt(attempt);
  }

  transition({ provider, to }: CircuitEvent): void {
    const totals = this.providers.get(provider);
    if (totals) totals.movesTo[to] += 1;
  }

  probe({ provider, kind, ok }: ProbeRecord): void {
    const totals = this.providers.get(provider);
    if (totals) totals.probes[kind][ok ? 'good' : 'bad'] += 1;
  }

  private attempt(attempt: AttemptRecord): void {
    const totals = this.providers.get(attempt.provider);
    if (!totals) return;
    const { outcome, failureKind, firstTokenMs, usage, costNanoUsd } = attempt;
    totals.outcomes[outcome] += 1;
    if (outcome === 'skipped') {
      add(totals.skips, failureKind ?? 'unknown');
      return;
    }
    if (outcome === 'failed') add(totals.failures, failureKind ?? 'unknown');
    if (firstTokenMs !== null) totals.firstToken.add(firstTokenMs);
    if (usage) {
      totals.inputTokens += usage.promptTokens;
      totals.outputTokens += usage.completionTokens;
    }
    if (costNanoUsd === null) totals.unpriced += 1;
    else totals.costNanoUsd += costNanoUsd;
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
