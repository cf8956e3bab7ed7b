import type { AcquireOptions, Permit } from '../circuits/permit.ts';
import { backoffMs } from '../core/backoff.ts';
import type { PlannedStep } from '../core/chain.ts';
import { tokensInAdvance } from '../core/estimate.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import { mayTakeAfterAll, wouldRefuse } from './admits.ts';
import { type CallInRace, makeCall, type Running } from './call.ts';
import { firstTokenClockMs } from './clocks.ts';
import { headStartsOf } from './headStart.ts';
import type { Interrupt } from './interrupt.ts';
import type { Journey, WalkEnd, WalkTools } from './journey.ts';
import { type Entrant, type Finish, Race } from './race.ts';

/** A provider that named a time is asked so long after it, lest a timer that fires early finds its circuit still shut. */
const AFTER_THROTTLE_MS = 5;

/** Walks along the planned providers until one answers, or none is left. */
export class Walk {
  private readonly tools: WalkTools;
  private readonly journey: Journey;
  private readonly race: Race;
  /** What each attempt so far came to, in order. */
  private readonly verdicts: { provider: ProviderSettings; verdict: Verdict }[] = [];
  private firstTried: string | null = null;
  /** Those that would take it if nobody else does. */
  private readonly whenAlone: PlannedStep[] = [];
  /** Who did not answer: with the epoch of the circuit at a call that failed, null where it was passed over without one. */
  private readonly left: { step: PlannedStep; epoch: number | null }[] = [];
  private skipped = 0;
  private waits = 0;
  /** A try has failed, and the next one that reaches the network waits. */
  private owesWait = false;

  constructor(tools: WalkTools, journey: Journey) {
    this.tools = tools;
    this.journey = journey;
    this.race = new Race({
      onWin: journey.onWin,
      isWitness: ({ permit }) => tools.suspicion.bearsWitness(permit, { ifOverdue: true }),
      onDefect: (error) => tools.log.error({ error, request: journey.id }, 'An attempt failed by a defect of ours.'),
    });
    if (journey.hedge === 'p95') tools.hedges.request();
  }

  async run(): Promise<WalkEnd> {
    const off = this.journey.interrupt.onRaise(() => this.race.nudge());
    try {
      return await this.walk();
    } finally {
      off();
      this.race.stop(this.isTooLate() ? 'deadline' : 'raced');
    }
  }

  /** Resolves when the last attempt is over, some of which may outlive the walk; null: none runs any more. */
  over(): Promise<void> | null {
    return this.race.empty();
  }

  /** Ends the attempts that outlive the walk. */
  get background(): Interrupt {
    return this.race.background;
  }

  private async walk(): Promise<WalkEnd> {
    for (const step of this.journey.steps) {
      const end = await this.step(step, 'heed');
      if (end) return end;
    }
    for (const step of this.whenAlone.splice(0)) {
      const end = await this.step(step, 'ignore');
      if (end) return end;
    }
    // While the others were tried, a circuit may have closed: nobody is refused while somebody would take the call.
    for (const { step, epoch } of this.left.splice(0)) {
      if (!mayTakeAfterAll(this.tools.board.look(step.provider.name), epoch)) continue;
      if (epoch === null) this.skipped -= 1;
      const end = await this.step(step, 'ignore');
      if (end) return end;
    }
    return (await this.lastStanding()) ?? (await this.othersOfTheRace()) ?? this.nobody();
  }

  /** One provider, with its retries; null: on to the next. */
  private async step(step: PlannedStep, ramp: 'heed' | 'ignore'): Promise<WalkEnd | null> {
    const { provider } = step;
    const { ledger } = this.journey;
    if (step.cannotTake !== null) {
      const circuit = this.tools.board.look(provider.name);
      ledger.cannotTake(provider.name, { state: circuit?.state ?? 'closed', epoch: circuit?.epoch ?? 0 });
      return null;
    }
    let waitMs = this.backoffBefore(provider);
    for (let triesLeft = provider.retries; ; triesLeft -= 1) {
      const end = await this.pause(waitMs);
      if (end) return end;
      const running: Running = { attempt: null };
      const admission = this.tools.board.acquire(provider.name, this.acquireOptions([provider], running, ramp));
      if (admission.refusal) {
        ledger.refused(provider.name, admission.refusal);
        if (admission.refusal.whenAlone) this.whenAlone.push(step);
        else {
          this.skipped += 1;
          if (!this.verdicts.some((tried) => tried.provider === provider)) this.left.push({ step, epoch: null });
        }
        return null;
      }
      const tried = { provider, permit: admission.permit, waitMs };
      const verdict = await this.attempt(tried, running);
      if (!verdict || 'end' in verdict) return verdict;
      const againMs = triesLeft > 0 ? this.waitBeforeAgain(verdict) : null;
      if (againMs === null) {
        if (!aboutTheRequest.has(verdict.kind)) this.left.push({ step, epoch: admission.permit.epoch });
        return null;
      }
      waitMs = againMs;
    }
  }

  /** Nobody would take it: the provider that last answered is tried all the same, as often as its pace allows. */
  private async lastStanding(): Promise<WalkEnd | null> {
    if (this.verdicts.length > 0 || this.race.isOn) return null;
    const providers = this.journey.steps.filter((step) => step.cannotTake === null).map((step) => step.provider);
    const running: Running = { attempt: null };
    const names = providers.map((provider) => provider.name);
    const permit = this.tools.board.acquireLast(names, this.acquireOptions(providers, running, 'ignore'))?.permit;
    const provider = providers.find((candidate) => candidate.name === permit?.provider);
    if (!permit || !provider) return null;
    const verdict = await this.attempt({ provider, permit, waitMs: 0 }, running);
    return verdict && 'end' in verdict ? verdict : null;
  }

  /** Nobody is left to be tried, but somebody may still run. */
  private async othersOfTheRace(): Promise<WalkEnd | null> {
    while (this.race.isOn) {
      const came = await this.race.next(null, this.isTooLate);
      if (typeof came !== 'object') return { end: 'stopped', reason: 'deadline' };
      const outcome = this.outcomeOf(came);
      if ('end' in outcome) return outcome;
    }
    return null;
  }

  /** Waits before a try; who still runs meanwhile may end the walk. */
  private async pause(waitMs: number): Promise<WalkEnd | null> {
    const { interrupt } = this.journey;
    if (this.race.isOn) return this.pauseBeside(waitMs);
    await interrupt.wait(this.tools.clock, waitMs);
    return interrupt.reason ? { end: 'stopped', reason: interrupt.reason } : null;
  }

  private async pauseBeside(waitMs: number): Promise<WalkEnd | null> {
    const { interrupt } = this.journey;
    let isTime = waitMs <= 0;
    const end = () => {
      isTime = true;
      this.race.nudge();
    };
    const timer = isTime ? null : this.tools.clock.after(waitMs, end);
    try {
      for (;;) {
        const came = await this.race.next(null, () => isTime || interrupt.reason !== null);
        if (typeof came !== 'object') return interrupt.reason ? { end: 'stopped', reason: interrupt.reason } : null;
        const outcome = this.outcomeOf(came);
        if ('end' in outcome) return outcome;
      }
    } finally {
      timer?.cancel();
    }
  }

  /** Makes one call. A verdict: it failed, and may be made again; null: on to the next; else the walk's end. */
  private async attempt(tried: Trying, running: Running): Promise<Verdict | WalkEnd | null> {
    const entrant = this.enter(tried, running);
    const { provider, permit } = tried;
    const starts = headStartsOf(this.tools, this.journey, { provider, permit, isRacing: this.race.reason !== null });
    const timers = starts.map(({ ms, reason, mayRace, mustEnd }) =>
      this.tools.clock.after(ms, () => {
        // An answer that flows needs no rival, and takes none from those that do.
        if (!this.race.isWon && mayRace()) this.race.goBeside(entrant, { reason, mustEnd: mustEnd() });
      }),
    );
    try {
      for (;;) {
        const came = await this.race.next(entrant, this.isTooLate);
        if (came === 'time') return { end: 'stopped', reason: 'deadline' };
        if (came === 'beside') return null;
        const outcome = this.outcomeOf(came);
        if ('end' in outcome || came.entrant === entrant) return outcome;
        // The one that was faster broke before anything was given to the caller.
        if (entrant.lost) return null;
      }
    } finally {
      for (const timer of timers) timer.cancel();
    }
  }

  /** The deadline for the first token has passed. What flows by then goes on. */
  private readonly isTooLate = (): boolean => this.journey.interrupt.reason === 'deadline';

  private enter(tried: Trying, running: Running): Entrant {
    const { id, request, interrupt, ledger, bodyHash, takerFor } = this.journey;
    const { provider, permit, waitMs } = tried;
    this.firstTried ??= provider.name;
    const taker = takerFor(provider);
    const mustEnd = permit.kind === 'probe';
    const entrant: Entrant = { provider, permit, taker, running, row: null, beside: false, mustEnd, lost: false };
    const race: CallInRace = {
      raced: this.race.isOn ? this.race.reason : null,
      onBegin: (row) => {
        entrant.row = row;
      },
      onContent: () => this.race.claim(entrant),
      onSuspicion: (isWitness) => this.race.goBeside(entrant, { reason: 'suspicion', mustEnd: isWitness }),
    };
    // Field by field: spreading several objects into one takes as long as all else in here.
    const call = { id, request, provider, permit, waitMs, taker, interrupt, ledger, bodyHash, race };
    this.race.enter(entrant, makeCall(this.tools, call, running));
    return entrant;
  }

  private outcomeOf({ entrant, verdict }: Finish): Verdict | WalkEnd {
    const { provider, taker } = entrant;
    return verdict ? this.conclude(provider, verdict, taker.committed) : { end: 'answered', provider };
  }

  /** Whether a failed attempt ends the walk. */
  private conclude(provider: ProviderSettings, verdict: Verdict, committed: boolean): Verdict | WalkEnd {
    const { reason } = this.journey.interrupt;
    this.verdicts.push({ provider, verdict });
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
    if (circuit && wouldRefuse(circuit)) return 0;
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

  private acquireOptions(providers: ProviderSettings[], running: Running, ramp: 'heed' | 'ignore'): AcquireOptions {
    let leaseMs = 0;
    for (const provider of providers) leaseMs = Math.max(leaseMs, firstTokenClockMs(provider, this.journey.request));
    const tokens = tokensInAdvance(this.journey.request.facts);
    return { leaseMs, tokens, onEvacuate: () => running.attempt?.evacuate(), ramp };
  }

  private nobody(): WalkEnd {
    const { steps } = this.journey;
    const reasons = steps.flatMap((step) => step.cannotTake ?? []);
    if (reasons.length === steps.length) return { end: 'unfit', reasons };
    const first = this.verdicts.find(({ provider }) => provider.name === this.firstTried) ?? this.verdicts[0];
    // All there was to ask found fault with the request, such as its length. Asking again later would not help.
    const onlyTheRequest =
      this.skipped === 0 && this.verdicts.every(({ verdict }) => aboutTheRequest.has(verdict.kind));
    if (first && aboutTheRequest.has(first.verdict.kind) && onlyTheRequest) return { end: 'refused', ...first };
    const names = steps.filter((step) => step.cannotTake === null).map((step) => step.provider.name);
    return { end: 'nobody', first: first?.verdict ?? null, retryAfterMs: this.tools.board.retryAfterMs(names) };
  }
}

const aboutTheRequest: ReadonlySet<Verdict['kind']> = new Set(['contextLength', 'requestRefused']);

interface Trying {
  provider: ProviderSettings;
  permit: Permit;
  waitMs: number;
}
