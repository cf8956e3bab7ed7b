import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { readRequest } from '../../server/core/body.ts';
import { RetryBudget } from '../../server/core/budget.ts';
import { planChain } from '../../server/core/chain.ts';
import { HedgeBudget } from '../../server/core/hedge.ts';
import { Pace } from '../../server/core/pace.ts';
import type { AttemptRecord, RescueWay } from '../../server/core/records.ts';
import type { PrefillSettings } from '../../server/core/settings.ts';
import { Caller } from '../../server/gateway/caller.ts';
import { Delivery } from '../../server/gateway/delivery.ts';
import { Walk } from '../../server/gateway/failover.ts';
import { Interrupt } from '../../server/gateway/interrupt.ts';
import { Ledger } from '../../server/gateway/ledger.ts';
import { Rescue, type RescueTools } from '../../server/gateway/rescue.ts';
import { Suspicion } from '../../server/gateway/suspicion.ts';
import { FakeClock } from './fakeClock.ts';
import { providerAt } from './gateway.ts';

/** What a provider does with one call: its bytes in the pieces in which they come, and how they end. */
export interface Played {
  status: number;
  pieces: Buffer[];
  end: 'whole' | 'reset';
}

export interface Staged {
  /** Every byte that the caller got of the stream's body. */
  text: string;
  status: number;
  attempts: AttemptRecord[];
  /** Permits given out, less those given back. */
  permitsOut: number;
  result: string;
}

/** One streamed request along a walk and its rescue, with scripted bytes for providers and without a socket. */
export async function stage(options: {
  /** In the chain's order. */
  providers: { name: string; prefill: PrefillSettings | null }[];
  ways: RescueWay[];
  play: (provider: string, body: Record<string, unknown>) => Played;
}): Promise<Staged> {
  const clock = new FakeClock();
  const providers = options.providers.map(({ name, prefill }) => providerAt(name, 'http://127.0.0.1:9', { prefill }));
  const read = readRequest(Buffer.from(JSON.stringify(asked)));
  if (!read.ok) throw new Error(read.error.message);
  const { request } = read;
  const paper = new Paper();
  const interrupt = new Interrupt();
  const caller = new Caller(paper, { clock, interrupt, held: anyRoom });
  const ledger = new Ledger(clock, request.facts.promptTokens);
  const call = { id: 'r', caller, startedNow: clock.now() };
  const delivery = new Delivery(call, { request, ledger, clock, sentRoom: anyRoom, onCommit: () => {} });
  const permits = { out: 0 };
  const tools = { ...toolsOf(clock, permits, options.play), random: () => 0.5 };
  const chain = { name: 'lucy', providers: providers.map(({ name }) => name), backoff: noWait, deadlineMs: 60_000 };
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const plan = (promptTokens: number) =>
    planChain({
      chain: { ...chain, rescue: options.ways, hedge: 'off' },
      providers: byName,
      facts: { ...request.facts, promptTokens },
      only: null,
    });
  const journey = { id: 'r', request, interrupt, ledger, bodyHash: () => 'hash' };
  const walk = new Walk(tools, {
    ...journey,
    steps: plan(0),
    backoff: noWait,
    hedge: 'off',
    deadlineAt: 60_000_000,
    takerFor: (provider) => delivery.takerFor(provider),
    onWin: (taker) => delivery.chose(taker),
  });
  const walked = await walk.run();
  const begun = walked.end === 'broken' && delivery.begun();
  delivery.finish(
    begun ? await new Rescue(tools, { ...journey, ...begun, ways: options.ways, plan }).run(walked) : walked,
  );
  const { attempts } = ledger;
  return { text: paper.text, status: paper.code, attempts, permitsOut: permits.out, result: delivery.outcome.result };
}

const anyRoom = { take: () => true, set: () => {}, free: () => {} };
const asked = {
  model: 'lucy',
  stream: true,
  stream_options: { include_usage: true },
  messages: [{ role: 'user', content: 'hi' }],
};
const noWait = { initialMs: 0, factor: 1, maxMs: 0, jitter: 'none' } as const;

function toolsOf(clock: FakeClock, permits: { out: number }, play: (name: string, body: Json) => Played) {
  const pace = new Pace();
  const quiet = () => {};
  return {
    clock,
    pace,
    suspicion: new Suspicion(clock, pace),
    budget: new RetryBudget(),
    hedges: new HedgeBudget(),
    log: {
      info: quiet,
      warn: quiet,
      error: (context: object) => {
        throw new Error(JSON.stringify(context));
      },
    },
    board: {
      acquire: (provider: string) => {
        permits.out += 1;
        return { permit: { provider, kind: 'closed', epoch: 0, state: 'closed' } } as const;
      },
      acquireLast: () => null,
      answered: quiet,
      heard: quiet,
      settle: () => {
        permits.out -= 1;
      },
      look: () => null,
      retryAfterMs: () => null,
    },
    upstream: {
      post: ({ provider }: { provider: string }, body: string, handler: Dispatcher.DispatchHandler) =>
        queueMicrotask(() => feed(handler, play(provider, JSON.parse(body) as Json))),
      linger: () => quiet,
    },
  } satisfies RescueTools & Record<string, unknown>;
}

type Json = Record<string, unknown>;

function feed(handler: Dispatcher.DispatchHandler, { status, pieces, end }: Played): void {
  const control = new Control();
  const type = status === 200 ? 'text/event-stream' : 'application/json';
  handler.onRequestStart?.(control, {});
  handler.onResponseStart?.(control, status, { 'content-type': type });
  for (const piece of pieces) {
    if (!control.aborted) handler.onResponseData?.(control, piece);
  }
  if (control.aborted) return;
  if (end === 'whole') handler.onResponseEnd?.(control, {});
  else handler.onResponseError?.(control, Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
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

/** Keeps what is written to it. */
class Paper extends ServerResponse {
  text = '';
  code = 0;

  constructor() {
    super(new IncomingMessage(new Socket()));
  }

  override writeHead(status: number): this {
    this.code = status;
    return this;
  }

  override write(chunk: unknown): boolean {
    this.text += String(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    if (chunk !== undefined) this.text += String(chunk);
    return this;
  }
}
