import type { Batch } from '../../db/storage.ts';
import type { AttemptRecord, RequestRecord, Usage } from '../../server/core/records.ts';
import { MadeUpCircuit, madeUpProbes, type Turn } from './madeUpCircuit.ts';

/**
 * A record as a chat application's would be: more requests by day than by night, three chains, an outage of the first provider
 * each day with what its circuit did, a few failures always, standby checks. The same seed makes the same record.
 */

const dayMs = 86_400_000;
/** Of each day, from its start, the first choice is out. */
const outage = { from: 50_400_000, to: 52_800_000 };
export const madeUpChains = [
  { name: 'lucy', share: 0.8, providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'] },
  { name: 'coder', share: 0.19, providers: ['qwen-72b', 'deepseek-v3'] },
  { name: 'trial', share: 0.01, providers: ['llama-3.3-70b', 'qwen-72b'] },
];
const clients = ['chat-app', 'chat-app', 'chat-app', 'mobile', 'mobile', 'batch'];
const serverError = { word: '503', failureKind: 'serverError', status: 503, ms: 400 };
const failures = [
  serverError,
  { word: 'firstToken', failureKind: 'firstToken', status: null, ms: 10_000 },
  { word: '429', failureKind: 'throttled', status: 429, ms: 150 },
  { word: 'connect', failureKind: 'connect', status: null, ms: 3_000 },
  { word: 'reset', failureKind: 'reset', status: null, ms: 900 },
];

const broken = 'deepseek-v3';
const providers = [...new Set(madeUpChains.flatMap((chain) => chain.providers))];

type Draw = () => number;

/** Numbers from 0 to 1, the same for the same seed. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` requests over `days` up to `until` (ms since 1970), eldest first, in batches of so many. */
export function* madeUp(options: {
  count: number;
  days: number;
  until: number;
  seed: number;
  batch: number;
}): Generator<Batch> {
  const { count, days, until, seed, batch } = options;
  const draw = drawFrom(seed);
  const circuit = new MadeUpCircuit(broken);
  let from = until - days * dayMs;
  const start = from;
  let requests: RequestRecord[] = [];
  const taken = (to: number): Batch => {
    const probes = madeUpProbes(providers, { from, to });
    from = to;
    return { requests, events: circuit.take(), audit: [], probes };
  };
  for (let number = 0; number < count; number += 1) {
    const moment = start + byDay(number / count, days) * dayMs;
    requests.push(requestAt(moment, number, { draw, circuit }));
    if (requests.length < batch) continue;
    yield taken(Math.floor(moment));
    requests = [];
  }
  yield taken(until);
}

/** Which day, with its fraction, a share of all requests has begun by: few by night, many by day. */
function byDay(share: number, days: number): number {
  const at = share * days;
  return at + Math.sin(2 * Math.PI * at) / (2.6 * Math.PI);
}

interface World {
  draw: Draw;
  circuit: MadeUpCircuit;
}

function requestAt(moment: number, number: number, world: World): RequestRecord {
  const { draw } = world;
  const startedAt = Math.floor(moment);
  const id = `01${String(startedAt).padStart(13, '0')}${String(number).padStart(9, '0')}`;
  const chain = chainOf(draw());
  const attempts: AttemptRecord[] = [];
  let at = startedAt;
  let answer: AttemptRecord | null = null;
  for (const provider of chain.providers) {
    const attempt = tryAt({ provider, ordinal: attempts.length, startedAt: at }, id, world);
    attempts.push(attempt);
    at += Math.ceil(attempt.durationMs);
    if (attempt.outcome === 'succeeded') answer = attempt;
    if (answer) break;
  }
  const left = draw() < 0.004;
  const cut = answer !== null && draw() < 0.0005;
  return {
    id,
    node: 'a',
    chain: chain.name,
    client: clients[Math.floor(draw() * clients.length)] ?? null,
    stream: draw() < 0.9,
    needs: { images: false, tools: draw() < 0.2, jsonSchema: false, promptTokens: 900 },
    startedAt,
    firstTokenMs: answer ? answer.startedAt - startedAt + (answer.firstTokenMs ?? 0) : null,
    durationMs: at - startedAt,
    outcome: left ? 'cancelled' : cut ? 'interrupted' : answer ? 'succeeded' : 'failed',
    status: answer ? 200 : 503,
    errorCode: answer ? null : 'no_provider_available',
    servedBy: answer?.provider ?? null,
    usage: answer?.usage ?? null,
    costNanoUsd: answer?.costNanoUsd ?? 0,
    costEstimated: left,
    rescued: answer !== null && !left && !cut && draw() < 0.001,
    attempts,
  };
}

function chainOf(share: number): (typeof madeUpChains)[number] {
  let rest = share;
  for (const chain of madeUpChains) {
    rest -= chain.share;
    if (rest < 0) return chain;
  }
  return madeUpChains[0] as (typeof madeUpChains)[number];
}

interface Place {
  provider: string;
  ordinal: number;
  startedAt: number;
}

/** As its circuit says. */
function tryAt(place: Place, requestId: string, { draw, circuit }: World): AttemptRecord {
  if (place.provider !== broken) return attemptAt(place, 'closed', draw);
  const turn = circuit.turn(place.startedAt);
  if (turn.permit === null) return { ...nothing, ...place, ...skipped, until: turn.until };
  const attempt = attemptAt(place, turn.permit, draw);
  circuit.settle(turn, attempt, `${requestId}/${place.ordinal}`);
  return attempt;
}

function attemptAt(place: Place, permit: NonNullable<Turn['permit']>, draw: Draw): AttemptRecord {
  const ofDay = place.startedAt % dayMs;
  const isOut = place.provider === broken && ofDay >= outage.from && ofDay < outage.to;
  if (isOut || draw() < 0.01) {
    const { ms, ...how } = failures[Math.floor(draw() * failures.length)] ?? serverError;
    return { ...nothing, ...place, outcome: 'failed', permit, durationMs: ms * (0.8 + 0.4 * draw()), ...how };
  }
  const usage: Usage = {
    promptTokens: 300 + Math.floor(draw() * 2_000),
    cachedTokens: 0,
    completionTokens: 20 + Math.floor(draw() * 400),
    estimated: false,
  };
  const firstTokenMs = 200 * Math.exp(draw() * draw() * 3);
  return {
    ...nothing,
    ...place,
    permit,
    status: 200,
    firstTokenMs,
    durationMs: firstTokenMs + usage.completionTokens * 12,
    usage,
    costNanoUsd: usage.promptTokens * 270 + usage.completionTokens * 1_100,
  };
}

const skipped = { outcome: 'skipped', word: 'open', failureKind: 'open', circuitState: 'open' } as const;

const nothing: Omit<AttemptRecord, keyof Place> = {
  outcome: 'succeeded',
  word: 'ok',
  failureKind: null,
  status: null,
  circuitState: 'closed',
  epoch: 1,
  permit: null,
  until: null,
  waitMs: 0,
  firstTokenMs: null,
  durationMs: 0,
  usage: null,
  costNanoUsd: null,
  costEstimated: false,
  way: null,
  raced: null,
  drill: null,
};
