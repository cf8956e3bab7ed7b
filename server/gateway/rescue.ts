import type { ChatRequest } from '../core/body.ts';
import type { PlannedStep } from '../core/chain.ts';
import { estimateTextTokens, tokensInAdvance } from '../core/estimate.ts';
import { isBegunByCaller, prefilled } from '../core/prefill.ts';
import type { RescueWay } from '../core/records.ts';
import { isRescuable, mayAskAnotherWay, mildly } from '../core/rescue.ts';
import type { Sent } from '../core/sent.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import { mayTakeAfterAll } from './admits.ts';
import { type CallTools, makeCall, type Running } from './call.ts';
import { firstTokenClockMs } from './clocks.ts';
import type { Interrupt } from './interrupt.ts';
import type { WalkEnd, WalkTools } from './journey.ts';
import type { Ledger } from './ledger.ts';
import type { Relay } from './relay.ts';
import { Joining, Replacing } from './successor.ts';

type Broken = Extract<WalkEnd, { end: 'broken' }>;

export interface RescueTools extends CallTools {
  board: WalkTools['board'];
}

/** An answer that broke after its caller had some of it. */
export interface Begun {
  id: string;
  request: ChatRequest;
  /** In the order in which they are tried; each with the providers of the chain. */
  ways: RescueWay[];
  /** The providers for a prompt of so many tokens, in the chain's order. */
  plan: (promptTokens: number) => PlannedStep[];
  interrupt: Interrupt;
  ledger: Ledger;
  bodyHash: () => string;
  relay: Relay;
  sent: Sent;
}

/** `null`: on to the next; a verdict: it went on, and broke in its turn. */
type Tried = WalkEnd | { broke: Verdict } | { ramping: PlannedStep } | null;

/**
 * Goes on with a broken answer at other providers, as often as it breaks, until it is whole or nobody is left: each is
 * tried once by each way. What goes wrong in here never hides the break that began it.
 */
export class Rescue {
  private readonly tools: RescueTools;
  private readonly begun: Begun;
  /** Providers that have failed at going on, or broke: not asked again. */
  private readonly failed = new Set<string>();
  /** Those that failed before there was an answer, by the epoch of their circuit: asked again if it has closed since. */
  private readonly before: ReadonlyMap<string, number>;
  /** `<way> <provider>`. */
  private readonly tried = new Set<string>();

  constructor(tools: RescueTools, begun: Begun) {
    this.tools = tools;
    this.begun = begun;
    const failures = begun.ledger.attempts.filter(({ outcome }) => outcome === 'failed');
    this.before = new Map(failures.map(({ provider, epoch }) => [provider, epoch]));
  }

  async run(broken: Broken): Promise<WalkEnd> {
    let { verdict } = broken;
    this.failed.add(broken.provider.name);
    while (!this.begun.sent.closed && isRescuable(verdict)) {
      const came = await this.goOn(verdict);
      if (came === null) return broken;
      if ('end' in came) return came.end === 'broken' ? { ...came, provider: broken.provider } : came;
      verdict = came.broke;
    }
    return verdict.kind === 'shutdown' ? { ...broken, verdict } : broken;
  }

  /** One provider after the other, until one has gone on; null: nobody has. */
  private async goOn(last: Verdict): Promise<WalkEnd | { broke: Verdict } | null> {
    // Whoever is refused by a circuit now is so for every way.
    const refused = new Set<string>();
    for (const way of this.begun.ways) {
      const ramping: PlannedStep[] = [];
      for (const step of this.candidates(way)) {
        if (refused.has(step.provider.name)) continue;
        const came = await this.try(step, { way, last, ramp: 'heed', refused });
        if (came && 'ramping' in came) ramping.push(came.ramping);
        else if (came) return came;
      }
      for (const step of ramping) {
        const came = await this.try(step, { way, last, ramp: 'ignore', refused });
        if (came && !('ramping' in came)) return came;
      }
    }
    return null;
  }

  private *candidates(way: RescueWay): Generator<PlannedStep> {
    const { request, sent, plan } = this.begun;
    const isPrefill = way === 'prefill' && sent.text().trim() !== '';
    if (isPrefill && isBegunByCaller(request)) return;
    const moreTokens = isPrefill ? estimateTextTokens(sent.text()) : 0;
    for (const step of plan(request.facts.promptTokens + moreTokens)) {
      const { name, prefill } = step.provider;
      if (step.cannotTake !== null || this.hasFailed(name) || this.tried.has(`${way} ${name}`)) continue;
      if (!isPrefill || prefill !== null) yield step;
    }
  }

  private hasFailed(name: string): boolean {
    if (this.failed.has(name)) return true;
    const epoch = this.before.get(name);
    return epoch !== undefined && !mayTakeAfterAll(this.tools.board.look(name), epoch);
  }

  private async try(
    step: PlannedStep,
    at: { way: RescueWay; last: Verdict; ramp: 'heed' | 'ignore'; refused: Set<string> },
  ): Promise<Tried> {
    const { interrupt, ledger } = this.begun;
    const { provider } = step;
    if (interrupt.reason === 'callerLeft') return { end: 'stopped', reason: interrupt.reason };
    const call = this.callFor(provider, at.way);
    const running: Running = { attempt: null };
    const admission = this.tools.board.acquire(provider.name, {
      leaseMs: firstTokenClockMs(call.provider, call.request),
      tokens: tokensInAdvance(call.request.facts),
      onEvacuate: () => running.attempt?.evacuate(),
      ramp: at.ramp,
    });
    if (admission.refusal) {
      ledger.refused(provider.name, admission.refusal);
      if (admission.refusal.whenAlone) return { ramping: step };
      at.refused.add(provider.name);
      return null;
    }
    this.tried.add(`${at.way} ${provider.name}`);
    const taker = this.takerFor(provider, call.way, at.last);
    const { id, bodyHash } = this.begun;
    const verdict = await makeCall(
      call.tools,
      {
        ...{ id, interrupt, ledger, bodyHash, taker, waitMs: 0 },
        ...{ request: call.request, provider: call.provider, permit: admission.permit },
        rescue: { way: call.way, soften: (hard) => mildly(hard, call.way) },
      },
      running,
    );
    return this.conclude({ provider, verdict, committed: taker.committed });
  }

  private conclude(call: { provider: ProviderSettings; verdict: Verdict | null; committed: boolean }): Tried {
    const { provider, verdict, committed } = call;
    const { reason } = this.begun.interrupt;
    if (verdict === null) return { end: 'answered', provider };
    if (reason === 'callerLeft') return { end: 'stopped', reason };
    if (reason === 'shutdown') return { end: 'broken', provider, verdict };
    if (committed || !mayAskAnotherWay(verdict)) this.failed.add(provider.name);
    return committed ? { broke: verdict } : null;
  }

  /** How a provider is called to go on this way. With no text given out yet, asking afresh is all there is to do. */
  private callFor(provider: ProviderSettings, way: RescueWay): PreparedCall {
    const { request, sent } = this.begun;
    const text = sent.text();
    if (text.trim() === '' && way !== 'discard') return { request, provider, way: 'splice', tools: this.tools };
    const { prefill } = provider;
    if (way !== 'prefill' || prefill === null) return { request, provider, way, tools: this.tools };
    return { ...prefilled(request, text, { ...provider, prefill }), way, tools: this.toolsAt(prefill.baseUrl) };
  }

  private toolsAt(baseUrl: string | null): RescueTools {
    if (baseUrl === null) return this.tools;
    const { upstream } = this.tools;
    return {
      ...this.tools,
      upstream: {
        post: (to, body, handler) => upstream.post({ ...to, baseUrl }, body, handler),
        linger: (provider, close) => upstream.linger(provider, close),
      },
    };
  }

  private takerFor(provider: ProviderSettings, way: RescueWay, last: Verdict): Joining | Replacing {
    const { relay, sent } = this.begun;
    const options = { relay, sent, provider: provider.name };
    return way === 'discard' ? new Replacing(options, last.word) : new Joining(options, way);
  }
}

interface PreparedCall {
  request: ChatRequest;
  provider: ProviderSettings;
  way: RescueWay;
  tools: RescueTools;
}
