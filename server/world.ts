import { randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Clock, Random } from './core/clock.ts';
import type { MemoryFacts } from './core/doctor/facts.ts';
import type { ProcessUsage } from './core/usage.ts';

/** The real world: the only place below `main.ts` that reads clocks and draws numbers. Everything else is given them. */

/** setTimeout takes no longer wait (24.8 days); whoever set a longer one looks again when it fires. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `ms`, or at once when `signal` aborts. Keeps the process alive meanwhile. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

export const realRandom: Random = Math.random;

/** How many files this process may have open; null: the system does not say, or sets no bound. */
export function openFilesMax(): number | null {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // It would look up the name of every address in use.
  const { excludeNetwork = false } = report;
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : null;
}

/** How much memory this process may have, and by what; and how far its heap may grow. */
export function memoryBounds(): Omit<MemoryFacts, 'heldBytes'> {
  const machine = totalmem();
  const constrained = process.constrainedMemory() ?? 0;
  const limited = constrained > 0 && constrained < machine;
  return {
    limitBytes: limited ? constrained : machine,
    limitedBy: limited ? 'cgroup' : 'machine',
    heapBytes: getHeapStatistics().heap_size_limit,
  };
}

/** What this process has used of the machine so far. */
export function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const { active } = performance.eventLoopUtilization();
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    loopActiveSeconds: active / 1e3,
  };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/** Randomness is drawn for so many ids at once: a draw costs more than its bytes. */
const IDS_A_DRAW = 64;
let drawn = randomBytes(0);
let used = 0;

/** A new id that sorts by its time: 26 characters, a ULID (github.com/ulid/spec). */
export function newId(): string {
  if (used + RANDOM_CHARACTERS > drawn.length) {
    drawn = randomBytes(RANDOM_CHARACTERS * IDS_A_DRAW);
    used = 0;
  }
  let time = Date.now();
  let id = '';
  for (let place = 0; place < TIME_CHARACTERS; place += 1) {
    id = CROCKFORD.charAt(time % 32) + id;
    time = Math.floor(time / 32);
  }
  for (const end = used + RANDOM_CHARACTERS; used < end; used += 1) id += CROCKFORD.charAt((drawn[used] ?? 0) % 32);
  return id;
}
