import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ChatRequest, readRequest } from '../core/body.ts';
import { type PlannedStep, planChain } from '../core/chain.ts';
import type { ApiError } from '../core/errors.ts';
import { canBeRescued, waysOf } from '../core/rescue.ts';
import type { ChainSettings } from '../core/settings.ts';
import { Caller } from './caller.ts';
import { type Client, leavePlace, takePlace } from './clients.ts';
import { Delivery } from './delivery.ts';
import type { GatewayTools } from './deps.ts';
import { Walk } from './failover.ts';
import { takeBody } from './intake.ts';
import { Interrupt } from './interrupt.ts';
import type { Journey } from './journey.ts';
import { Ledger } from './ledger.ts';
import { recordOf } from './record.ts';
import type { Refusals } from './refusals.ts';
import { earlyError } from './reply.ts';
import { Rescue } from './rescue.ts';
import { readWishes, type Wishes } from './wishes.ts';

/** One call of a client, from its first byte to its record. */
export interface Call {
  id: string;
  /** The client whose key was used, or null. */
  client: Client | null;
  request: IncomingMessage;
  caller: Caller;
  interrupt: Interrupt;
  refusals: Refusals;
  /** By `Clock.now()`, and ms since 1970. */
  startedNow: number;
  startedAt: number;
}

/** Answers `POST /v1/chat/completions`. Never rejects: whatever happens, the caller gets an answer or an error. */
export async function answerChat(
  tools: GatewayTools,
  http: { request: IncomingMessage; response: ServerResponse; client: Client | null },
): Promise<void> {
  const { clock } = tools;
  const interrupt = new Interrupt();
  const caller = new Caller(http.response, { clock, interrupt, held: tools.limits.holdAnswer() });
  const call: Call = {
    id: tools.newId(),
    client: http.client,
    request: http.request,
    caller,
    interrupt,
    refusals: tools.refusals,
    startedNow: clock.now(),
    startedAt: clock.wall(),
  };
  const inFlight = tools.inFlight.enter(interrupt);
  const refusal = takePlace(http.client, { now: call.startedNow, wall: call.startedAt });
  const leave = () => {
    inFlight();
    if (refusal === null) leavePlace(http.client);
  };
  const headers = http.client?.limits && http.client.use.rateHeaders(http.client.limits, call.startedNow);
  if (headers) for (const [name, value] of Object.entries(headers)) http.response.setHeader(name, value);
  try {
    if (refusal) refuse(call, refusal);
    else await admit(tools, call);
  } catch (error) {
    tools.log.error({ error, request: call.id }, 'A request failed by a defect of the gateway itself.');
    refuse(call, {
      code: 'internal_error',
      message: `The gateway failed at this request; its log says why, under ${call.id}.`,
    });
  } finally {
    // Going down must not cut off the last bytes of an answer that was given out.
    caller.whenOver(leave);
  }
}

/** Takes a place, reads the body, and finds the chain; each refusal is an error at once. */
async function admit(tools: GatewayTools, call: Call): Promise<void> {
  const { limits, settings } = tools;
  if (limits.answersFull) return refuse(call, answersFull);
  const freePlace = limits.takeRequest();
  if (!freePlace) return refuse(call, tooMany('too_many_requests_in_flight', 'requests', settings.limits.requests));
  try {
    const intake = await takeBody(call.request, { limits, bodyBytes: settings.limits.bodyBytes });
    if (!intake.taken) return intake.error ? refuse(call, intake.error) : undefined;
    try {
      await read(tools, call, intake.body);
    } finally {
      intake.free();
    }
  } finally {
    freePlace();
  }
}

async function read(tools: GatewayTools, call: Call, body: Buffer): Promise<void> {
  const parsed = readRequest(body);
  if (!parsed.ok) return refuse(call, parsed.error);
  const { request } = parsed;
  const chain = tools.chains.get(request.model);
  const allowed = call.client?.chains ?? null;
  if (!chain) return refuse(call, unknownModel(request.model, allowed ?? tools.chains.keys()));
  if (allowed?.has(chain.name) === false) return refuse(call, notAllowed(chain.name, allowed));
  const wished = readWishes(call.request.headers, chain, tools.settings);
  if (!wished.ok) return refuse(call, wished.error);
  const freeStream = request.stream ? tools.limits.takeStream() : () => {};
  if (!freeStream) return refuse(call, tooMany('too_many_streams', 'streams', tools.settings.limits.streams));
  try {
    await serve(tools, call, { request, chain, wishes: wished.wishes, body });
  } finally {
    freeStream();
  }
}

interface Asked {
  request: ChatRequest;
  chain: ChainSettings;
  wishes: Wishes;
  body: Buffer;
}

/** The walk, the reply and the record of a request that was found fit. */
async function serve(tools: GatewayTools, call: Call, asked: Asked): Promise<void> {
  const { clock } = tools;
  const { request, chain, wishes } = asked;
  const ledger = new Ledger(clock, request.facts.promptTokens, wishes.drills);
  ledger.trace = tools.tracer?.begin(call.request.headers) ?? null;
  const deadlineAt = call.startedNow + wishes.deadlineMs;
  const deadline = clock.after(deadlineAt - clock.now(), () => call.interrupt.raise('deadline'));
  const ways = canBeRescued(request) ? waysOf(chain.rescue, wishes.rescue) : [];
  const sentRoom = ways.length > 0 ? tools.limits.holdAnswer() : null;
  const delivery = new Delivery(call, {
    request,
    ledger,
    clock,
    sentRoom,
    // The deadline is for the first token: what may follow a break has clocks of its own.
    onCommit: () => deadline.cancel(),
  });
  tools.budget.request(clock.now());
  const plan = (promptTokens: number) => planFor(tools, asked, promptTokens);
  const journey: Journey = {
    id: call.id,
    request,
    steps: plan(request.facts.promptTokens),
    backoff: chain.backoff,
    hedge: chain.hedge,
    deadlineAt,
    interrupt: call.interrupt,
    ledger,
    bodyHash: () => createHmac('sha256', tools.bodyKey).update(asked.body).digest('base64url'),
    takerFor: (provider) => delivery.takerFor(provider),
    onWin: (taker) => delivery.chose(taker),
  };
  const walk = new Walk(tools, journey);
  try {
    const walked = await walk.run();
    const begun = walked.end === 'broken' && delivery.begun();
    delivery.finish(begun ? await new Rescue(tools, { ...journey, ...begun, ways, plan }).run(walked) : walked);
  } finally {
    deadline.cancel();
    sentRoom?.free();
    const { outcome } = delivery;
    const { node } = tools.settings;
    const finished = { call, asked, ledger, outcome, endedNow: clock.now(), node };
    keepWhenOver(tools, walk, () => tools.keep(recordOf(finished), ledger.trace));
  }
}

/** Who goes on with a begun answer gets what was given out of it too: a longer prompt than the caller's. */
function planFor(tools: GatewayTools, { request, chain, wishes }: Asked, promptTokens: number): PlannedStep[] {
  const facts = promptTokens === request.facts.promptTokens ? request.facts : { ...request.facts, promptTokens };
  return planChain({ chain, providers: tools.providers, facts, only: wishes.only });
}

/** Attempts that lost a race may outlive the answer: the record is whole when they are over, and so is going down. */
function keepWhenOver(tools: GatewayTools, walk: Walk, keep: () => void): void {
  const over = walk.over();
  if (!over) {
    keep();
    return;
  }
  const leave = tools.inFlight.enter(walk.background);
  void over.then(() => {
    keep();
    leave();
  });
}

function refuse(call: Call, error: ApiError): void {
  call.refusals.add(error.code, call.client?.name ?? null);
  const reply = earlyError(error);
  const headers = { ...reply.headers, 'x-recloser-request-id': call.id, 'x-recloser-trail': '' };
  call.caller.refuse({ ...reply, headers });
}

const answersFull: ApiError = {
  code: 'too_many_answer_bytes',
  message: 'The answers in flight together are as large as the gateway allows (limits.answers): try again in a moment.',
};

function tooMany(code: ApiError['code'], limit: string, count: number): ApiError {
  return {
    code,
    message: `The gateway has ${count} ${limit} in flight, as many as it allows (limits.${limit}): try again in a moment.`,
  };
}

function notAllowed(chain: string, allowed: Iterable<string>): ApiError {
  const names = [...allowed].join(', ');
  return {
    code: 'chain_not_allowed',
    message: `This client may not ask for "${chain}" (its \`chains\` in the config): ask for one of ${names}.`,
    param: 'model',
  };
}

function unknownModel(model: string, chains: Iterable<string>): ApiError {
  const names = [...chains].join(', ');
  return {
    code: 'model_not_found',
    message: `There is no model "${model.slice(0, 100)}" here: ask for one of ${names}.`,
    param: 'model',
  };
}
