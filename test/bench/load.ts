import { Caller } from './caller.ts';
import { Counts } from './counts.ts';

/** What to send, and for how long. Each of the `atOnce` callers asks again as soon as it is answered. */
export interface Order {
  origin: string;
  /** Of the provider's `/chat/completions`. */
  path: string;
  headers: Record<string, string>;
  body: string;
  atOnce: number;
  /** Length of the time that is counted. */
  ms: number;
  /** Before it the callers begin one after the other, evenly over this time. */
  rampMs: number;
  /** Events each answer must hold, or null for one that is not streamed. */
  events: number | null;
}

/** Sent when the time that is counted begins, when it is over, and when the last answer under way is. */
export type Report = { now: 'begun' } | { now: 'counted' } | { now: 'over'; tally: Tally };

/** Times in ms. */
export interface Tally {
  /** Answers that became whole in it. */
  requests: number;
  /** Events that came in it, over all streams. */
  events: number;
  ms: number;
  /** Until an answer is whole. */
  p50Ms: number;
  p99Ms: number;
  /** Until its first bytes. */
  firstP50Ms: number;
  firstP99Ms: number;
  /** Between two reads of a stream. */
  gapP999Ms: number;
  /** Answers that were not a whole 200, the first of them in words; those begun in it and ended after it are counted too. */
  wrong: number;
  firstWrong: string | null;
}

process.on('message', (order: Order) => void run(order));
process.once('disconnect', () => process.exit(0));

async function run(order: Order): Promise<void> {
  const counts = new Counts();
  const callers = Array.from({ length: order.atOnce }, () => new Caller(order, counts));
  for (const [place, caller] of callers.entries()) {
    if (order.rampMs > 0 && place > 0) await pause(order.rampMs / order.atOnce);
    caller.start();
  }
  tell({ now: 'begun' });
  counts.begin();
  await pause(order.ms);
  const tally = counts.end();
  tell({ now: 'counted' });
  // Answers that are under way have to be whole too.
  await Promise.all(callers.map((caller) => caller.stop()));
  tell({ now: 'over', tally: { ...tally, wrong: counts.wrong, firstWrong: counts.firstWrong } });
}

function tell(report: Report): void {
  process.send?.(report);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
