import { Agent, type IncomingMessage, request } from 'node:http';
import type { Clock, Random, Timer } from '../core/clock.ts';

export interface TrafficOptions {
  /** The gateway's base address, `http://127.0.0.1:4400/v1`. */
  url: string;
  clock: Clock;
  random: Random;
  /** Calls a second on average; they come at random moments, as callers do. */
  perSecond: number;
  /** The model name to ask for. */
  chain: string;
  /** A client's key, where the gateway asks for one. */
  key?: string;
}

export interface TrafficCounts {
  sent: number;
  /** Whole answers. */
  answered: number;
  /** Of those: not by the first provider of the chain. */
  fallback: number;
  /** An error, or no answer at all. */
  errors: number;
  /** Answers that began and did not come to their end. */
  broken: number;
  /** Not sent because `IN_FLIGHT_MAX` were open. */
  heldBack: number;
  inFlight: number;
}

export interface Traffic {
  counts(): TrafficCounts;
  /** Ends the calls in flight too; they are not counted. */
  stop(): Promise<void>;
}

export const IN_FLIGHT_MAX = 32;
const CALL_MS_MAX = 90_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const STREAMED_SHARE = 0.6;
/** One gap is at most so many times the average. */
const GAP_MAX = 5;

/** Light traffic on a chain: questions of all kinds, streamed and plain. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { clock, random, perSecond } = options;
  if (!(perSecond > 0)) throw new Error('perSecond must be more than 0: to have no traffic, start none.');
  const counts = { sent: 0, answered: 0, fallback: 0, errors: 0, broken: 0, heldBack: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX });
  const open = new Map<AbortController, Promise<void>>();
  let timer: Timer | null = null;
  let stopped = false;

  function arm(): void {
    const gap = Math.min(GAP_MAX, -Math.log(1 - random()));
    timer = clock.after((gap * 1_000) / perSecond, () => {
      arm();
      if (open.size >= IN_FLIGHT_MAX) counts.heldBack++;
      else send();
    });
  }

  function send(): void {
    const stop = new AbortController();
    const limit = clock.after(CALL_MS_MAX, () => stop.abort());
    counts.sent++;
    const whole = callOnce({ options, agent, signal: stop.signal }).then((end) => {
      limit.cancel();
      open.delete(stop);
      if (stopped) return;
      counts[end.result]++;
      if (end.result === 'answered' && end.fallback) counts.fallback++;
    });
    open.set(stop, whole);
  }

  arm();
  return {
    counts: () => ({ ...counts, inFlight: open.size }),
    async stop() {
      stopped = true;
      timer?.cancel();
      const calls = [...open];
      for (const [stop] of calls) stop.abort();
      await Promise.all(calls.map(([, whole]) => whole));
      agent.destroy();
    },
  };
}

interface CallEnd {
  result: 'answered' | 'errors' | 'broken';
  fallback: boolean;
}

interface CallOptions {
  options: TrafficOptions;
  agent: Agent;
  signal: AbortSignal;
}

/** Never rejects. */
function callOnce({ options, agent, signal }: CallOptions): Promise<CallEnd> {
  const { url, chain, random, key } = options;
  const stream = random() < STREAMED_SHARE;
  const content = pick(questions, random).replace('{n}', String(2 + Math.floor(random() * 8)));
  const body = JSON.stringify({ model: chain, stream, messages: [{ role: 'user', content }] });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  return new Promise((resolve) => {
    const failed = () => resolve({ result: 'errors', fallback: false });
    const call = request(`${url}/chat/completions`, { method: 'POST', agent, headers, signal });
    call.once('error', failed);
    call.once('response', (response) => {
      const fallback = String(response.headers['x-recloser-trail'] ?? '').includes(',');
      if (response.statusCode !== 200) {
        response.once('close', failed).on('error', failed).resume();
        return;
      }
      readWhole(response, stream).then((whole) => resolve({ result: whole ? 'answered' : 'broken', fallback }));
    });
    call.end(body);
  });
}

const TAIL_BYTES = 64;

/** Whether the answer came to its end: a plain one by its framing, a stream by `[DONE]`. */
async function readWhole(response: IncomingMessage, stream: boolean): Promise<boolean> {
  let bytes = 0;
  let tail = '';
  try {
    for await (const piece of response) {
      bytes += piece.length;
      if (bytes > ANSWER_BYTES_MAX) return false;
      tail = `${tail}${piece}`.slice(-TAIL_BYTES);
    }
  } catch {
    return false;
  }
  return response.complete && (!stream || tail.trimEnd().endsWith('data: [DONE]'));
}

function pick(texts: readonly string[], random: Random): string {
  return texts[Math.floor(random() * texts.length)] ?? '';
}

const questions = [
  'Give me {n} ideas for dinner with pumpkin and rice.',
  'How do I explain gravity to a child of {n}?',
  'Write a toast of {n} sentences for my sister and her new bakery.',
  'What should I look at on {n} days in Lisbon with an old dog?',
  'My tomato leaves turn yellow since {n} days. What can I do?',
  'Name {n} books about the sea that are not too sad.',
  'Help me to say no to a meeting, kindly, in {n} lines.',
  'Which {n} stretches help after a long day at a desk?',
  'Translate "the last train leaves at {n}" into French, please.',
  'What is the difference between jam and jelly?',
  'Plan {n} weeks of running for someone who hates running.',
  'I slept badly for {n} nights. Tell me something calm.',
];
