import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Board } from '../../server/circuits/board.ts';
import { Recheck } from '../../server/circuits/recheck.ts';
import { type ChatRequest, readRequest } from '../../server/core/body.ts';
import { RetryBudget } from '../../server/core/budget.ts';
import { planChain } from '../../server/core/chain.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { Random } from '../../server/core/clock.ts';
import { HedgeBudget } from '../../server/core/hedge.ts';
import { Pace } from '../../server/core/pace.ts';
import type { AttemptRecord } from '../../server/core/records.ts';
import type { ChainSettings, ProviderSettings } from '../../server/core/settings.ts';
import type { Taker } from '../../server/gateway/answer.ts';
import { Walk } from '../../server/gateway/failover.ts';
import { Interrupt } from '../../server/gateway/interrupt.ts';
import type { WalkEnd, WalkTools } from '../../server/gateway/journey.ts';
import { Ledger } from '../../server/gateway/ledger.ts';
import { pingProvider } from '../../server/gateway/ping.ts';
import { Suspicion } from '../../server/gateway/suspicion.ts';
import { type ProviderChanges, providerAt } from './gateway.ts';
import { event, role, stop, text } from './upstream.ts';
import { VirtualClock } from './virtualClock.ts';

/** What a simulated provider does with one call: an answer, an error at once, or nothing ever. */
export type Behaviour = { firstMs: number; chunks: number; everyMs: number } | { status: number } | 'silent';

/** One request that is over, but for attempts that outlive it. Times by the clock of the simulation. */
export interface Served {
  startedAt: number;
  /** From its start to the first content, ms; null: it got none. */
  firstMs: number | null;
  end: WalkEnd;
  attempts: AttemptRecord[];
}

export interface TrafficOptions {
  /** In the order of the chain. */
  providers: Record<string, ProviderChanges>;
  /** What a provider does with a call that comes now. */
  behave: (provider: string, now: number) => Behaviour;
  /** A provider that is gone sends nothing, not even what it has begun. */
  isGone?: (provider: string, now: number) => boolean;
  /** A provider that is down answers 503, and cuts what it has begun. */
  isDown?: (provider: string, now: number) => boolean;
  chain?: Partial<ChainSettings>;
  random: Random;
}

/** A draw that is the same in each run of a seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Callers, real walks along real circuits, and simulated providers, in a time of their own and without sockets. */
export class Traffic {
  readonly clock = new VirtualClock();
  readonly board: Board;
  readonly served: Served[] = [];
  readonly events: CircuitEvent[] = [];
  /** When each call for traffic reached a provider. */
  readonly calls: { provider: string; at: number }[] = [];
  private readonly options: TrafficOptions;
  private readonly providers: ProviderSettings[];
  private readonly chain: ChainSettings;
  private readonly tools: WalkTools;
  private readonly request: ChatRequest;
  /** Given out and settled, for traffic. */
  readonly permits = { acquired: 0, settled: 0 };
  private pinging = false;

  constructor(options: TrafficOptions) {
    this.options = options;
    const { clock } = this;
    this.providers = Object.entries(options.providers).map(([name, changes]) =>
      providerAt(name, 'http://127.0.0.1:9/v1', changes),
    );
    const backoff = { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' } as const;
    const names = this.providers.map(({ name }) => name);
    const defaults: ChainSettings = {
      name: 'lucy',
      providers: names,
      backoff,
      deadlineMs: 120_000,
      rescue: [],
      hedge: 'off',
    };
    this.chain = { ...defaults, ...options.chain };
    this.board = new Board({
      node: 'a',
      providers: this.providers,
      chains: [this.chain],
      clock,
      random: options.random,
      restored: { circuits: [], lastSeq: 0 },
      onListenerError: (error) => {
        throw error;
      },
    });
    this.board.onTransition((event) => this.events.push(event));
    const pace = new Pace();
    this.tools = {
      board: this.counted(),
      clock,
      random: options.random,
      budget: new RetryBudget(),
      hedges: new HedgeBudget(),
      pace,
      suspicion: new Suspicion(clock, pace),
      log: {
        info: () => {},
        warn: () => {},
        error: (context) => {
          throw new Error(JSON.stringify(context));
        },
      },
      upstream: { post: ({ provider }, _body, handler) => this.post(provider, handler), linger: () => () => {} },
    };
    this.request = requestOf({ model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    this.startRecheck();
  }

  /** Callers at even times from now until `until`, `perSecond` of them. */
  callers(perSecond: number, until: number): void {
    this.clock.after(1_000 / perSecond, () => {
      this.ask();
      if (this.clock.now() < until) this.callers(perSecond, until);
    });
  }

  /** One caller, now; one that leaves does so after `leaveAfterMs`. */
  ask(leaveAfterMs: number | null = null): void {
    const { clock, request } = this;
    const startedAt = clock.now();
    const ledger = new Ledger(clock, request.facts.promptTokens);
    let firstMs: number | null = null;
    const providers = new Map(this.providers.map((provider) => [provider.name, provider]));
    const interrupt = new Interrupt();
    if (leaveAfterMs !== null) clock.after(leaveAfterMs, () => interrupt.raise('callerLeft'));
    const walk = new Walk(this.tools, {
      id: `request-${this.served.length}`,
      request,
      steps: planChain({ chain: this.chain, providers, facts: request.facts, only: null }),
      backoff: this.chain.backoff,
      hedge: this.chain.hedge,
      deadlineAt: startedAt + this.chain.deadlineMs,
      interrupt,
      ledger,
      bodyHash: () => 'hash',
      takerFor: () =>
        listener(() => {
          firstMs = clock.now() - startedAt;
        }),
      onWin: () => {},
    });
    void walk.run().then((end) => this.served.push({ startedAt, firstMs, end, attempts: ledger.attempts }));
  }

  private counted(): WalkTools['board'] {
    const { board, permits } = this;
    return {
      acquire: (provider, options) => {
        const admission = board.acquire(provider, options);
        if (admission.permit) permits.acquired += 1;
        return admission;
      },
      acquireLast: (providers, options) => {
        const admission = board.acquireLast(providers, options);
        if (admission) permits.acquired += 1;
        return admission;
      },
      answered: (permit) => board.answered(permit),
      heard: (provider, said) => board.heard(provider, said),
      settle: (permit, settlement) => {
        permits.settled += 1;
        board.settle(permit, settlement);
      },
      look: (provider) => board.look(provider),
      retryAfterMs: (providers) => board.retryAfterMs(providers),
    };
  }

  private startRecheck(): void {
    const { board, clock, providers, tools } = this;
    const ping = (name: string): ReturnType<typeof pingProvider> => {
      const provider = providers.find((candidate) => candidate.name === name);
      if (!provider) throw new Error(name);
      this.pinging = true;
      const pinged = pingProvider(tools, provider, { id: 'ping', interrupt: new Interrupt() });
      this.pinging = false;
      return pinged;
    };
    new Recheck({ board, providers, clock, ping }).start();
  }

  /** Answers as the provider would: with real bytes, at its times. */
  private post(provider: string, handler: Dispatcher.DispatchHandler): void {
    const { clock } = this;
    if (!this.pinging) this.calls.push({ provider, at: clock.now() });
    const controller = new Control();
    const isDown = (): boolean => this.options.isDown?.(provider, clock.now()) ?? false;
    const wasDown = isDown();
    const at = (ms: number, run: () => void): void => {
      clock.after(ms, () => {
        if (controller.aborted || this.options.isGone?.(provider, clock.now())) return;
        if (isDown() === wasDown) run();
        else handler.onResponseError?.(controller, new Error('reset'));
      });
    };
    const send = (data: string): void => handler.onResponseData?.(controller, Buffer.from(data));
    const head = (status: number, headers: IncomingHttpHeaders): void =>
      handler.onResponseStart?.(controller, status, headers);
    handler.onRequestStart?.(controller, {});
    const behaviour = wasDown ? { status: 503 } : this.options.behave(provider, clock.now());
    if (behaviour === 'silent') return;
    if ('status' in behaviour) {
      at(5, () => {
        head(behaviour.status, { 'content-type': 'application/json' });
        send('{"error":{"message":"it broke"}}');
        handler.onResponseEnd?.(controller, {});
      });
      return;
    }
    const { firstMs, chunks, everyMs } = behaviour;
    at(firstMs, () => {
      head(200, { 'content-type': 'text/event-stream' });
      send(event(role()) + event(text('word ')));
    });
    for (let chunk = 1; chunk < chunks; chunk += 1) at(firstMs + chunk * everyMs, () => send(event(text('word '))));
    at(firstMs + chunks * everyMs, () => {
      send(event(stop()) + event('[DONE]'));
      handler.onResponseEnd?.(controller, {});
    });
  }
}

function requestOf(body: object): ChatRequest {
  const read = readRequest(Buffer.from(JSON.stringify(body)));
  if (!read.ok) throw new Error(read.error.message);
  return read.request;
}

function listener(onFirst: () => void): Taker {
  const taker = {
    committed: false,
    chunk: () => {},
    whole: () => {},
    first: () => {
      taker.committed = true;
      onFirst();
    },
    flush: () => true,
  };
  return taker;
}

class Control implements Dispatcher.DispatchController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }
  pause(): void {}
  resume(): void {}
}
