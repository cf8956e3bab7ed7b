import type { Permit, Refusal } from '../circuits/permit.ts';
import type { SkipReason } from '../core/circuit/settle.ts';
import type { ShownState } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import { dialects } from '../core/dialects/dialects.ts';
import type { AttemptNote } from '../core/errors.ts';
import { addUsage, chargeOf, costNanoUsd } from '../core/money.ts';
import type { AttemptOutcome, AttemptRecord, Usage } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { type OutgoingTrace, type RequestTrace, tellTrace, traceHeadersOf } from '../core/telemetry/requestTrace.ts';
import { trailOf } from '../core/trail.ts';
import type { FailureKind, Verdict } from '../core/wire.ts';
import { type Drills, noDrills } from './drills.ts';
import type { AttemptEnd } from './errand.ts';

/** Ends that say nothing of the provider: the attempt was let go. */
const letGo: ReadonlySet<FailureKind> = new Set([
  'callerLeft',
  'evacuated',
  'raced',
  'mismatch',
  'deadline',
  'shutdown',
]);

/** An attempt that begins. */
export interface Begun {
  provider: ProviderSettings;
  permit: Permit;
  /** Backoff waited before it, ms. */
  waitMs: number;
  /** Why it runs beside another, as far as is known. */
  raced: AttemptRecord['raced'];
}

/** An attempt that is over. */
export interface Tried {
  provider: ProviderSettings;
  end: AttemptEnd;
  /** What it meant; null: a whole answer. */
  verdict: Verdict | null;
  /** Another was first, and this one went on to its own end. */
  lost: boolean;
}

/** The steps of one request as they are taken: what its trail, its errors and its record say. */
export class Ledger {
  readonly attempts: AttemptRecord[] = [];
  /** Its place in a trace; null: it is not traced. */
  trace: RequestTrace | null = null;
  private readonly clock: Clock;
  private readonly promptTokens: number;
  private readonly drills: Drills;

  /** `promptTokens`: the estimate, for answers whose usage nobody reports. */
  constructor(clock: Clock, promptTokens: number, drills: Drills = noDrills) {
    this.drills = drills;
    this.clock = clock;
    this.promptTokens = promptTokens;
  }

  /** The fault that the caller asked for at this provider, or null. */
  drillOf(provider: string): string | null {
    return this.drills.get(provider) ?? null;
  }

  /** Headers of our own that go out with an attempt. */
  headersFor({ ordinal }: AttemptRecord): OutgoingTrace | null {
    return this.trace && traceHeadersOf(this.trace, ordinal);
  }

  refused(provider: string, refusal: Refusal): void {
    this.skip(provider, refusal.reason, { ...refusal, retryMs: refusal.ownRetryMs });
  }

  cannotTake(provider: string, circuit: { state: ShownState; epoch: number }): void {
    this.skip(provider, 'cannot_take', { ...circuit, retryMs: null });
  }

  /** A row for an attempt, in its place from the start. While it runs it reads as one that has lost. */
  begin({ provider, permit, waitMs, raced }: Begun): AttemptRecord {
    const row: AttemptRecord = {
      ordinal: this.attempts.length,
      provider: provider.name,
      outcome: 'cancelled',
      word: 'raced',
      failureKind: 'raced',
      status: null,
      circuitState: permit.state,
      epoch: permit.epoch,
      permit: permit.kind,
      until: null,
      waitMs: Math.round(waitMs),
      startedAt: Math.round(this.clock.wall()),
      firstTokenMs: null,
      durationMs: 0,
      usage: null,
      costNanoUsd: null,
      costEstimated: false,
      way: null,
      raced,
      drill: this.drillOf(provider.name),
    };
    this.attempts.push(row);
    return row;
  }

  /** The attempt of this row is over. */
  tried(row: AttemptRecord, { provider, end, verdict, lost }: Tried): void {
    const { usage, mayHaveCost } = chargeOf(
      {
        reported: end.usage,
        kind: verdict?.kind ?? null,
        status: end.status,
        contentSeen: end.firstTokenMs !== null,
        characters: end.characters,
        promptTokens: this.promptTokens,
      },
      dialects[provider.dialect].abort,
    );
    if (this.trace && end.told) tellTrace(this.trace, row.ordinal, end.told);
    row.outcome = outcomeOf(verdict);
    row.word = verdict?.word ?? (lost ? row.word : 'ok');
    row.failureKind = verdict?.kind ?? null;
    row.status = verdict?.status ?? end.status;
    row.startedAt = Math.round(end.startedAt);
    row.firstTokenMs = end.firstTokenMs;
    row.durationMs = end.durationMs;
    row.usage = usage;
    // A drill is played on this machine.
    row.costNanoUsd = row.drill === null ? costNanoUsd(usage, provider.price) : 0;
    row.costEstimated = usage?.estimated ?? (mayHaveCost && row.drill === null);
  }

  trail(): string {
    return trailOf(this.attempts);
  }

  /** Over all attempts that used tokens. */
  usage(): Usage | null {
    return addUsage(this.attempts.map(({ usage }) => usage));
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
      ordinal: this.attempts.length,
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
      way: null,
      raced: null,
      drill: null,
    });
  }
}

function outcomeOf(verdict: Verdict | null): AttemptOutcome {
  if (verdict === null) return 'succeeded';
  return letGo.has(verdict.kind) ? 'cancelled' : 'failed';
}
