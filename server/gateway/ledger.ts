import type { Permit, Refusal } from '../circuits/permit.ts';
import type { SkipReason } from '../core/circuit/settle.ts';
import type { ShownState } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import type { AttemptNote } from '../core/errors.ts';
import { estimateTokens } from '../core/estimate.ts';
import { costNanoUsd } from '../core/money.ts';
import type { AttemptOutcome, AttemptRecord, Usage } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { trailOf } from '../core/trail.ts';
import type { FailureKind, Verdict } from '../core/wire.ts';
import type { AttemptEnd } from './attempt.ts';

/** Ends that say nothing of the provider: the attempt was let go. */
const letGo: ReadonlySet<FailureKind> = new Set(['callerLeft', 'evacuated', 'deadline', 'shutdown']);

export interface Tried {
  provider: ProviderSettings;
  permit: Permit;
  /** Backoff waited before it, ms. */
  waitMs: number;
  end: AttemptEnd;
  /** What it meant; null: a whole answer. */
  verdict: Verdict | null;
}

/** The steps of one request as they are taken: what its trail, its errors and its record say. */
export class Ledger {
  readonly attempts: AttemptRecord[] = [];
  private readonly clock: Clock;
  private readonly promptTokens: number;

  /** `promptTokens`: the estimate, for answers whose usage nobody reports. */
  constructor(clock: Clock, promptTokens: number) {
    this.clock = clock;
    this.promptTokens = promptTokens;
  }

  /** The id of the next attempt is `<request id>/<this>`. */
  get nextOrdinal(): number {
    return this.attempts.length;
  }

  refused(provider: string, refusal: Refusal): void {
    this.skip(provider, refusal.reason, refusal);
  }

  cannotTake(provider: string, circuit: { state: ShownState; epoch: number }): void {
    this.skip(provider, 'cannot_take', { ...circuit, retryMs: null });
  }

  tried({ provider, permit, waitMs, end, verdict }: Tried): void {
    const usage = this.usageOf(end);
    this.attempts.push({
      ordinal: this.nextOrdinal,
      provider: provider.name,
      outcome: outcomeOf(verdict),
      word: verdict?.word ?? 'ok',
      failureKind: verdict?.kind ?? null,
      status: verdict?.status ?? end.status,
      circuitState: permit.state,
      epoch: permit.epoch,
      permit: permit.kind,
      until: null,
      waitMs: Math.round(waitMs),
      startedAt: Math.round(end.startedAt),
      firstTokenMs: end.firstTokenMs,
      durationMs: end.durationMs,
      usage,
      costNanoUsd: costNanoUsd(usage, provider.price),
      costEstimated: usage?.estimated ?? false,
    });
  }

  /** The trail so far, with one more step where one is given. */
  trail(next?: { provider: string; word: string }): string {
    return trailOf(next ? [...this.attempts, next] : this.attempts);
  }

  notes(): AttemptNote[] {
    return this.attempts.map(({ provider, word, status, durationMs }) => ({
      provider,
      outcome: word,
      status,
      ms: durationMs,
    }));
  }

  private skip(
    provider: string,
    reason: SkipReason,
    at: { state: ShownState; epoch: number; retryMs: number | null },
  ): void {
    const now = Math.round(this.clock.wall());
    this.attempts.push({
      ordinal: this.nextOrdinal,
      provider,
      outcome: 'skipped',
      word: reason,
      failureKind: reason,
      status: null,
      circuitState: at.state,
      epoch: at.epoch,
      permit: null,
      until: at.retryMs === null ? null : Math.round(now + at.retryMs),
      waitMs: 0,
      startedAt: now,
      firstTokenMs: null,
      durationMs: 0,
      usage: null,
      costNanoUsd: null,
      costEstimated: false,
    });
  }

  /** As reported; else an estimate for what came. A provider that gave nothing is taken to have charged nothing. */
  private usageOf(end: AttemptEnd): Usage | null {
    if (end.usage) return end.usage;
    if (end.firstTokenMs === null) return null;
    return {
      promptTokens: this.promptTokens,
      cachedTokens: 0,
      completionTokens: estimateTokens(end.characters),
      estimated: true,
    };
  }
}

function outcomeOf(verdict: Verdict | null): AttemptOutcome {
  if (verdict === null) return 'succeeded';
  return letGo.has(verdict.kind) ? 'cancelled' : 'failed';
}
