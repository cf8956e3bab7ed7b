import { type Dispatcher, Pool } from 'undici';

/** What to send, and for how long. Each of the `atOnce` callers asks again as soon as it is answered. */
export interface Order {
  origin: string;
  body: string;
  atOnce: number;
  ms: number;
  /** Events each answer must hold, or null for one that is not streamed. */
  events: number | null;
}

export interface Tally {
  requests: number;
  /** Events received, over all streams. */
  events: number;
  ms: number;
  /** Half, and ninety-nine in a hundred, of the answers were whole within so many ms. */
  p50Ms: number;
  p99Ms: number;
  /** Answers that were not a whole 200, the first of them in words. */
  wrong: number;
  firstWrong: string | null;
}

process.on('message', (order: Order) => void run(order).then((tally) => process.send?.(tally)));
process.once('disconnect', () => process.exit(0));

async function run(order: Order): Promise<Tally> {
  const pool = new Pool(order.origin, { connections: order.atOnce, pipelining: 1 });
  const times: number[] = [];
  const tally = { requests: 0, events: 0, wrong: 0, firstWrong: null as string | null };
  const startedAt = performance.now();
  const caller = async () => {
    while (performance.now() - startedAt < order.ms && tally.wrong < order.atOnce) {
      const askedAt = performance.now();
      const { events, wrong } = await ask(pool, order);
      times.push(performance.now() - askedAt);
      tally.requests += 1;
      tally.events += events;
      if (wrong === null) continue;
      tally.wrong += 1;
      tally.firstWrong ??= wrong;
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, caller));
  const ms = performance.now() - startedAt;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? 0;
  return { ...tally, ms, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const keptCharacters = 300;

/** One call, at the lowest level that undici has: the generator shares the machine with what it measures. */
function ask(pool: Pool, order: Order): Promise<{ events: number; wrong: string | null }> {
  return new Promise((resolve) => {
    let status = 0;
    let events = 0;
    let tail = '';
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        const text = chunk.toString('latin1');
        // The last character of the chunk before: an event's two line ends may come apart.
        if (order.events !== null) events += countEvents(tail.slice(-1) + text);
        tail = (tail + text).slice(-keptCharacters);
      },
      onResponseEnd() {
        const whole =
          order.events === null ? tail.trimEnd().endsWith('}') : events >= order.events && tail.includes('[DONE]');
        resolve({ events, wrong: status === 200 && whole ? null : `status ${status}, ${events} events: ${tail}` });
      },
      onResponseError(_, error) {
        resolve({ events, wrong: error.message });
      },
    };
    const headers = { 'content-type': 'application/json' };
    pool.dispatch({ method: 'POST', path: '/v1/chat/completions', headers, body: order.body }, handler);
  });
}

function countEvents(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n', at + 2)) count += 1;
  return count;
}
