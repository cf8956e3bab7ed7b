import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../server/world.ts';
import { browserForAll } from '../support/browser.ts';
import { type Operator, openTab, signIn } from '../support/operator.ts';
import { ask, folder, type Program, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const requestsPerSecond = 200;
const tickMs = 100;
/** RECLOSER_SMOOTH_SECONDS: another length, for a look in passing; under three minutes the lists are still filling. */
const lastsMs = Number(process.env.RECLOSER_SMOOTH_SECONDS ?? 600) * 1_000;
const maxTaskMs = 100;
/** The end of it, in which every task of the pages is measured. */
const watchedMs = 30_000;
/** The page has its hour of minutes to fill and its lists to come to their bounds: the first part is not measured. */
const settlingShare = 0.3;
const maxGrowth = 1.25;

test(
  '200 requests a second for ten minutes, three tabs open: no page hangs, and none grows',
  async () => {
    const chain = ['first', 'second', 'third'];
    const simulator = await realSimulator(chain);
    const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
    const operator = await signIn(browser(), program, { reducedMotion: 'no-preference' });
    const origin = new URL(program.dashboard).origin;
    const tabs = [operator, await openTab(operator, `${origin}/requests`), await openTab(operator, origin)];
    const load = startLoad(program);
    await after(lastsMs * settlingShare);
    const before = await Promise.all(tabs.map(heapBytes));
    await after(lastsMs * (1 - settlingShare) - watchedMs);
    await browser().startTracing(undefined, { categories: ['disabled-by-default-devtools.timeline'] });
    await after(watchedMs);
    const tasks = tasksOf(await browser().stopTracing());
    const grown = (await Promise.all(tabs.map(heapBytes))).map((bytes, tab) => bytes / (before[tab] ?? bytes));
    const answered = await load.stop();
    console.log({ answered, tasks: tasks.length, longestMs: Math.max(...tasks), grown });
    expect(answered).toBeGreaterThan((lastsMs / 1_000) * requestsPerSecond * 0.9);
    expect(tasks.length).toBeGreaterThan(100);
    expect(tasks.filter((ms) => ms > maxTaskMs)).toEqual([]);
    expect(Math.max(...grown)).toBeLessThan(maxGrowth);
  },
  lastsMs + 120_000,
);

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's own time. */
  tdur?: number;
  args: { name?: string };
}

/**
 * What each task of the pages' main threads took of the processor, ms. Not by the clock on the wall: what other programs
 * of the machine took meanwhile is not the page's.
 */
function tasksOf(trace: Buffer): number[] {
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString());
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const named = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const pages = new Set(named.map(thread));
  return traceEvents
    .filter((event) => event.name === 'RunTask' && pages.has(thread(event)))
    .map(({ tdur }) => (tdur ?? 0) / 1_000);
}

/** Requests at an even pace, until stopped; how many were answered. */
function startLoad(program: Program): { stop(): Promise<number> } {
  const underWay = new Set<Promise<void>>();
  let answered = 0;
  let stopped = false;
  const begin = realClock.now();
  let asked = 0;
  const tick = (): void => {
    if (stopped) return;
    // Counted from the beginning, so that late ticks do not add up.
    for (; asked < ((realClock.now() - begin) / 1_000) * requestsPerSecond; asked += 1) {
      const one: Promise<void> = ask(program)
        .then(({ status }) => {
          if (status === 200) answered += 1;
        })
        .catch(() => {})
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
    realClock.after(tickMs, tick);
  };
  onTestFinished(() => {
    stopped = true;
  });
  tick();
  return {
    async stop() {
      stopped = true;
      await Promise.all(underWay);
      return answered;
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void realClock.after(ms, resolve));
}

/** What the page holds on to once what it has let go is collected. */
async function heapBytes({ context, page }: Operator): Promise<number> {
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
