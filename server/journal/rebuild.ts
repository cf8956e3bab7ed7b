import type { Storage } from '../../db/storage.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Meter } from './meter.ts';

const hourMs = 3_600_000;
/** A request counts at its end and is found by its start. */
const longestRequestMs = 900_000;
/** Rows read at once: few, so that neither the reader nor this thread is kept busy for long. */
const pageRows = 250;
/** Between two questions, for others. */
const pauseMs = 20;
/** The hours of two weeks are read so slowly that whoever opens a page meanwhile hardly waits for one. */
const carriedPauseMs = 200;
/** How far back it is looked what each provider has carried. */
const carriedHours = 14 * 24;

interface RebuildOptions {
  meter: Meter;
  storage: Pick<Storage, 'listRequests' | 'listEvents' | 'lastProbes' | 'mostCarried' | 'listKept'>;
  clock: Clock;
  log: Log;
  node: string;
  /** Number of the last transition before this run. */
  lastSeq: number;
  /** Ends it; what was told until then stays. */
  signal: AbortSignal;
}

/** Tells the meter what the record holds of the time before this run, the newest first, at leisure. Never rejects. */
export async function rebuildMeter(options: RebuildOptions): Promise<void> {
  try {
    await tellTransitions(options);
    for (const probe of await options.storage.lastProbes()) options.meter.probe(probe);
    await tellRequests(options);
    await tellCarried(options);
  } catch (error) {
    if (options.signal.aborted) return;
    options.log.warn(
      { error },
      'The record of the time before this start could not be read whole: the live page counts without it.',
    );
  }
}

async function tellTransitions({ meter, storage, node, lastSeq }: RebuildOptions): Promise<void> {
  const from = meter.startedAt - hourMs;
  let before: string | undefined;
  do {
    const page = await storage.listEvents({ from, limit: pageRows, before });
    for (const event of page.rows) if (event.node === node && event.seq <= lastSeq) meter.transition(event);
    before = page.next ?? undefined;
  } while (before !== undefined);
}

async function tellRequests({ meter, storage, clock, signal }: RebuildOptions): Promise<void> {
  const to = meter.startedAt;
  const from = to - hourMs - longestRequestMs;
  let before: string | undefined;
  do {
    const page = await storage.listRequests({ from, to, limit: pageRows, before });
    if (signal.aborted) return;
    for (const request of page.rows) meter.request(request);
    before = page.next ?? undefined;
    if (before !== undefined) await pause(clock);
  } while (before !== undefined);
  meter.complete(to - hourMs);
}

async function tellCarried({ meter, storage, clock, signal }: RebuildOptions): Promise<void> {
  const eldestAt = (await storage.listKept()).find(({ kind }) => kind === 'requests')?.eldestAt ?? meter.startedAt;
  for (let hour = 0; hour < carriedHours; hour += 1) {
    const to = meter.startedAt - hour * hourMs;
    if (to <= eldestAt) return;
    for (const { provider, requests } of await storage.mostCarried({ from: to - hourMs, to })) {
      meter.traffic.carried(provider, requests);
    }
    await pause(clock, carriedPauseMs);
    if (signal.aborted) return;
  }
}

function pause(clock: Clock, ms = pauseMs): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
