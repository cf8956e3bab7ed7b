import type { Clock } from './core/clock.ts';

/** How long what is not yet written, sent or told may take, each, once the last request has ended. */
export const WRITE_GRACE_MS = 5_000;

/** What has to end, in the words of the order in which it does. */
export interface Ending {
  clock: Clock;
  /** What reads the record, writes to it or sends by itself: each resolves when nothing of it is under way. */
  lookers: readonly (() => Promise<void>)[];
  gateway: { drain(graceMs: number): Promise<void> };
  tracing: { close(graceMs: number): Promise<void> } | null;
  drills: { close(): Promise<unknown> } | null;
  control: { close(): Promise<unknown> };
  recorder: { close(graceMs: number): Promise<unknown> };
  storage: { close(graceMs: number): Promise<unknown> };
}

/**
 * Ends the program in order. For `delayMs` all goes on as before, so that balancers see first that it is not ready any more;
 * then requests in flight have `graceMs`. A record that is stuck takes none of that from them, and bounds its own end.
 */
export async function endInOrder(ending: Ending, { delayMs, graceMs }: { delayMs: number; graceMs: number }) {
  const { clock, lookers, gateway, tracing, drills, control, recorder, storage } = ending;
  if (delayMs > 0) await passed(clock, delayMs);
  const looked = Promise.allSettled(lookers.map((stop) => stop()));
  await gateway.drain(graceMs);
  await tracing?.close(WRITE_GRACE_MS);
  await drills?.close();
  await Promise.race([looked, passed(clock, WRITE_GRACE_MS)]);
  await control.close();
  await recorder.close(WRITE_GRACE_MS);
  await storage.close(WRITE_GRACE_MS);
}

function passed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
