import type { Board } from '../circuits/board.ts';
import type { AcquireOptions, Permit } from '../circuits/permit.ts';
import { backoffMs } from '../core/backoff.ts';
import type { ChatRequest } from '../core/body.ts';
import type { RetryBudget } from '../core/budget.ts';
import type { PlannedStep } from '../core/chain.ts';
import type { CircuitEntry } from '../core/circuit/types.ts';
import type { Random } from '../core/clock.ts';
import type { BackoffSettings, ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import { type CallTools, makeCall, type Running } from './call.ts';
import { firstTokenClockMs } from './clocks.ts';
import type { Interrupt, InterruptReason } from './interrupt.ts';
import type { Ledger } from './ledger.ts';

/** A provider that named a time is asked so long after it, lest a timer that fires early finds its circuit still shut. */
const AFTER_THROTTLE_MS = 5;

export interface WalkTools extends CallTools {
  board: Pick<Board, 'acquire' | 'acquireLast' | 'answered' | 'settle' | 'look' | 'retryAfterMs'>;
  random: Random;
  budget: RetryBudget;
}

/** One request on its way along its chain. */
export interface Journey {
  id: string;
  request: ChatRequest;
  steps: PlannedStep[];
  backoff: BackoffSettings;
  /** By `Clock.now()`: no wait goes beyond it. */
  deadlineAt: number;
  interrupt: Interrupt;
  ledger: Ledger;
  /** Keyed hash of the body, asked for only when a failure may be the prompt's own fault. */
  bodyHash: () => string;
  /** A fresh taker for each attempt. */
  takerFor: (provider: ProviderSettings) => Taker;
}

export type WalkEnd =
  /** The last taker has a whole answer. */
  | { end: 'answered'; provider: ProviderSettings }
  /** The answer broke after the caller had some of it. */
  | { end: 'broken'; provider: ProviderSettings; verdict: Verdict }
  /** The caller's own fault: it hears what this provider said. */
  | { end: 'refused'; provider: ProviderSettings; verdict: Verdict }
  | { end: 'stopped'; reason: InterruptReason }
  /** No provider of the chain takes such a request: a sentence for each. */
  | { end: 'unfit'; reasons: string[] }
  | { end: 'nobody'; first: Verdict | null; retryAfterMs: number | null };

/** Walks along the planned providers until one answers, or none is left. */
export class Walk {
  private readonly tools: WalkTools;
  private readonly journey: Journey;
  /** What each attempt so far came to, in order. */
  private readonly verdicts: Verdict[] = [];
  private firstTried: string | null = null;
  private readonly ramping: PlannedStep[] = [];
  private skipped = 0;
  private waits = 0;
  /** A try has failed, and the next one that reaches the network waits. */
  private owesWait = false;

  constructor(tools: WalkTools, journey: Journey) {
    this.tools = tools;
    this.journey = journey;
  }

  async run(): Promise<WalkEnd> {
    for (const step of this.journey.steps) {
      const end = await this.step(step, 'heed');
      if (end) return end;
    }
    for (const step of this.ramping.splice(0)) {
      const end = await this.step(step, 'ignore');
      if (end) return end;
    }
    return (await this.lastStanding()) ?? this.nobody();
  }

  /** One provider, with its retries; null: on to the next. */
  private async step(step: PlannedStep, ramp: 'heed' | 'ignore'): Promise<WalkEnd | null> {
    const { provider } = step;
    const { interrupt, ledger } = this.journey;
    if (step.cannotTake !== null) {
      const circuit = this.tools.board.look(provider.name);
      ledger.cannotTake(provider.name, { state: circuit?.state ?? 'closed', epoch: circuit?.epoch ?? 0 });
      return null;
    }
    let waitMs = this.backoffBefore(provider);
    for (let triesLeft = provider.retries; ; triesLeft -= 1) {
      await interrupt.wait(this.tools.clock, waitMs);
      if (interrupt.reason) return { end: 'stopped', reason: interrupt.reason };
      const running: Running = { attempt: null };
      const admission = this.tools.board.acquire(provider.name, { ...this.acquireOptions([provider], running), ramp });
      if (admission.refusal) {
        ledger.refused(provider.name, admission.refusal);
        if (admission.refusal.reason === 'ramping') this.ramping.push(step);
        else this.skipped += 1;
        return null;
      }
      const tried = { provider, permit: admission.permit, waitMs };
      const verdict = await this.attempt(tried, running);
      if (!verdict || 'end' in verdict) return verdict ?? { end: 'answered', provider };
      const againMs = triesLeft > 0 ? this.waitBeforeAgain(verdict) : null;
      if (againMs === null) return null;
      waitMs = againMs;
    }
  }

  /** Nobody would take it: the provider that last answered is tried all the same, as often as its pace allows. */
  private async lastStanding(): Promise<WalkEnd | null> {
    if (this.verdicts.length > 0) return null;
    const providers = this.journey.steps.filter((step) => step.cannotTake === null).map((step) => step.provider);
    if (providers.length === 0) return null;
    const running: Running = { attempt: null };
    const names = providers.map((provider) => provider.name);
    const permit = this.tools.board.acquireLast(names, this.acquireOptions(providers, running))?.permit;
    const provider = providers.find((candidate) => candidate.name === permit?.provider);
    if (!permit || !provider) return null;
    const verdict = await this.attempt({ provider, permit, waitMs: 0 }, running);
    if (!verdict) return { end: 'answered', provider };
    return 'end' in verdict ? verdict : null;
  }

  /** Makes one call. Null: answered; a verdict: the walk may go on; else its end. */
  private async attempt(tried: Trying, running: Running): Promise<Verdict | WalkEnd | null> {
    const { takerFor, ...journey } = this.journey;
    const { provider } = tried;
    this.firstTried ??= provider.name;
    const taker = takerFor(provider);
    const verdict = await makeCall(this.tools, { ...journey, ...tried, taker }, running);
    return verdict && this.conclude(provider, verdict, taker.committed);
  }

  /** Whether a failed attempt ends the walk. */
  private conclude(provider: ProviderSettings, verdict: Verdict, committed: boolean): Verdict | WalkEnd {
    const { reason } = this.journey.interrupt;
    this.verdicts.push(verdict);
    if (reason === 'callerLeft') return { end: 'stopped', reason };
    if (committed) return { end: 'broken', provider, verdict };
    if (reason !== null) return { end: 'stopped', reason };
    const isFallback = this.firstTried !== provider.name;
    if (verdict.next === 'never' || (verdict.next === 'ifFallback' && !isFallback)) {
      return { end: 'refused', provider, verdict };
    }
    // Whoever was sent on because a circuit opened has not been the cause of any load: it goes on at once.
    this.owesWait = verdict.kind !== 'evacuated';
    return verdict;
  }

  /** The wait before the next provider. One that would only be skipped costs none, and leaves it owed. */
  private backoffBefore(provider: ProviderSettings): number {
    if (!this.owesWait) return 0;
    const circuit = this.tools.board.look(provider.name);
    if (circuit && wouldRefuse(circuit, provider)) return 0;
    return this.nextWait() ?? 0;
  }

  /** The wait before the same provider again; null: it is not to be tried again. */
  private waitBeforeAgain(verdict: Verdict): number | null {
    if (!verdict.again) return null;
    const { retryAfterMs, circuit } = verdict;
    const isThrottled = circuit.result === 'throttled';
    // Without a known time, or with one too long to sit out, another provider is asked sooner than this one.
    if (isThrottled && (retryAfterMs === null || retryAfterMs > this.journey.backoff.maxMs)) return null;
    if (!this.tools.budget.take(this.tools.clock.now())) return null;
    return this.nextWait(isThrottled && retryAfterMs !== null ? retryAfterMs + AFTER_THROTTLE_MS : 0);
  }

  /** Null: the deadline would pass while waiting, so there is no use in it. */
  private nextWait(atLeastMs = 0): number | null {
    const drawn = backoffMs(this.journey.backoff, this.waits, this.tools.random());
    const waitMs = Math.max(drawn, atLeastMs);
    if (this.tools.clock.now() + waitMs >= this.journey.deadlineAt) return null;
    this.waits += 1;
    this.owesWait = false;
    return waitMs;
  }

  private acquireOptions(providers: ProviderSettings[], running: Running): AcquireOptions {
    const leases = providers.map((provider) => firstTokenClockMs(provider, this.journey.request));
    return { leaseMs: Math.max(...leases), onEvacuate: () => running.attempt?.evacuate() };
  }

  private nobody(): WalkEnd {
    const { steps } = this.journey;
    const reasons = steps.flatMap((step) => step.cannotTake ?? []);
    if (reasons.length === steps.length) return { end: 'unfit', reasons };
    const [first] = this.verdicts;
    const provider = steps.find((step) => step.provider.name === this.firstTried)?.provider;
    // All there was to ask found fault with the request: its length. Asking again later would not help.
    const onlyTheRequest = this.skipped === 0 && this.verdicts.every((verdict) => aboutTheRequest.has(verdict.kind));
    if (first?.kind === 'contextLength' && provider && onlyTheRequest) {
      return { end: 'refused', provider, verdict: first };
    }
    const names = steps.filter((step) => step.cannotTake === null).map((step) => step.provider.name);
    return { end: 'nobody', first: first ?? null, retryAfterMs: this.tools.board.retryAfterMs(names) };
  }
}

const aboutTheRequest: ReadonlySet<Verdict['kind']> = new Set(['contextLength', 'requestRefused']);

interface Trying {
  provider: ProviderSettings;
  permit: Permit;
  waitMs: number;
}

function wouldRefuse(circuit: CircuitEntry, provider: ProviderSettings): boolean {
  if (circuit.state === 'open' || circuit.state === 'tripped') return true;
  if (circuit.state === 'halfOpen' && circuit.probe.out >= circuit.probe.of) return true;
  return circuit.inFlight >= provider.concurrency;
}
