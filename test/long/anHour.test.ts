import { expect, test } from 'vitest';
import type { RequestRecord } from '../../server/core/records.ts';
import { Live } from '../../server/journal/live.ts';
import { Meter } from '../../server/journal/meter.ts';
import { Overviews } from '../../server/journal/overview.ts';
import { attempt, failure, request, skip } from '../db/support/records.ts';
import { browserForAll } from '../support/browser.ts';
import { bookOfTests, breakProvider, startControl, testToken } from '../support/control.ts';
import { newOperator, type Operator } from '../support/operator.ts';

const browser = browserForAll();
const webRoot = new URL('../../dist/web', import.meta.url).pathname;
/** RECLOSER_HOUR_SECONDS: a shorter one, for a look in passing. */
const seconds = Number(process.env.RECLOSER_HOUR_SECONDS ?? 3_600);
/** More than a page is shown, so that it also says what is left out. */
const requestsPerSecond = 25;
/** So often a circuit opens, and is reset half that time later. */
const outageSeconds = 120;
const maxGrowthBytes = 20_000_000;
/** Rows that the list of the record has. */
const maxRows = 500;
const names = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

/**
 * The real control listener with the real live feed and figures, on a clock that this test moves: a second each step, on both
 * sides of the line. Nothing of the hour is left out, but that no time passes in vain: each traffic event, each request that
 * a page is shown and each of the page's own timers comes, in its order.
 */
async function startHour() {
  const told: { live: Live | null; overviews: Overviews | null } = { live: null, overviews: null };
  const there = <Part>(part: Part | null): Part => {
    if (part === null) throw new Error('It is there once the listener is.');
    return part;
  };
  const control = await startControl({
    webRoot,
    live: { subscribe: (id, signal) => there(told.live).subscribe(id, signal) },
    overviews: {
      get: () => there(told.overviews).get(),
      hour: () => there(told.overviews).hour(),
      preview: (entry) => there(told.overviews).preview(entry),
    },
  });
  const { board, clock, storage } = control;
  const meter = new Meter({ ...bookOfTests, clock });
  const overviews = new Overviews({ ...bookOfTests, meter, circuits: () => board.list(), clock, demo: null });
  const status = { state: 'ok', problem: null, since: 0 } as const;
  const snapshot = () => ({ seq: board.lastSeq, circuits: board.list(), storage: status });
  const live = new Live({ boot: 'hour', clock, snapshot, overview: () => overviews.get() });
  Object.assign(told, { live, overviews });
  board.onTransition((event) => {
    meter.transition(event);
    storage.events.push(event);
    const entry = board.look(event.provider);
    if (entry) live.publish({ type: 'circuit', event, entry });
  });
  const end = (record: RequestRecord): void => {
    meter.request(record);
    live.request(record);
    storage.requests.unshift(record);
    storage.requests.length = Math.min(storage.requests.length, maxRows);
  };
  return { control, board, clock, end };
}

type Hour = Awaited<ReturnType<typeof startHour>>;

function second({ board, clock, end }: Hour, at: number): void {
  const ofOutage = at % outageSeconds;
  if (ofOutage === outageSeconds / 2) breakProvider(board, 'deepseek-v3');
  if (ofOutage === outageSeconds - 1) {
    board.act({ type: 'reset', provider: 'deepseek-v3', to: 'closed', by: 'ada', reason: 'it is back' });
  }
  const isOpen = board.look('deepseek-v3')?.state === 'open';
  for (let count = 0; count < requestsPerSecond; count += 1) {
    clock.advance(1_000 / requestsPerSecond);
    end(made(`hour-${at}-${count}`, { at: clock.wall(), isOpen, number: at * requestsPerSecond + count }));
  }
}

function made(id: string, { at, isOpen, number }: { at: number; isOpen: boolean; number: number }): RequestRecord {
  const before = isOpen ? [skip(0, 'deepseek-v3')] : number % 40 === 0 ? [failure(0, 'deepseek-v3')] : [];
  const servedBy = before.length > 0 ? 'llama-3.3-70b' : 'deepseek-v3';
  const answer = attempt({ ordinal: before.length, provider: servedBy, durationMs: 300 + (number % 1_700) });
  const attempts = [...before, answer].map((step) => ({ ...step, startedAt: at - 2_000 }));
  const outcome = number % 97 === 0 ? 'interrupted' : 'succeeded';
  return request(id, { startedAt: at - 2_000, durationMs: 2_000, servedBy, outcome, attempts });
}

async function open({ control }: Hour, path: string, stands: string): Promise<Operator> {
  const operator = await newOperator(browser());
  const { page } = operator;
  await page.clock.install({ time: control.clock.wall() });
  await page.goto(control.url);
  await page.getByLabel(/sign in with the token/).fill(testToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  await page.getByRole('link', { name: path, exact: true }).first().click();
  await page.locator(stands).first().waitFor();
  return operator;
}

/** What the page holds on to once what it has let go is collected. */
async function held({ context, page }: Operator): Promise<{ bytes: number; nodes: number }> {
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { bytes: usedSize, nodes };
}

test(
  'an hour of traffic grows an open page by less than 20 MB: Live and Requests',
  async () => {
    const hour = await startHour();
    await using _control = hour.control;
    for (let at = 0; at < 5; at += 1) second(hour, at);
    const live = await open(hour, 'Live', '.recharts-surface');
    const requests = await open(hour, 'Requests', '.requests-table tbody tr');
    const pages = [live, requests];
    const before = await Promise.all(pages.map(held));
    for (let at = 5; at < seconds; at += 1) {
      second(hour, at);
      await Promise.all(pages.map(({ page }) => page.clock.runFor(1_000)));
      if (at % 300 === 0) console.log(`${at} s:`, await Promise.all(pages.map(held)));
    }
    // What came last is shown: the pages have kept up with all of it.
    const newest = hour.control.storage.requests.find(({ id }) => id.startsWith(`hour-${seconds - 1}-`));
    expect(newest).toBeDefined();
    await requests.page
      .locator(`tr[data-id^="hour-${seconds - 1}-"]`)
      .first()
      .waitFor();
    for (const name of names) await live.row(name).waitFor();
    const after = await Promise.all(pages.map(held));
    const grown = after.map(({ bytes }, at) => bytes - (before[at]?.bytes ?? 0));
    console.log({ seconds, before, after, grownMb: grown.map((bytes) => bytes / 1e6) });
    expect(pages.flatMap(({ problems }) => problems)).toEqual([]);
    expect(Math.max(...grown)).toBeLessThan(maxGrowthBytes);
  },
  // A second of a loaded machine for each of the hour's.
  seconds * 1_000 + 120_000,
);
