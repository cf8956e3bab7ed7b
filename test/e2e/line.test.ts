import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { enter, feedOf, newOperator, type Operator, openTab, signIn } from '../support/operator.ts';
import { ask, folder, type Program, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

const browser = browserForAll();

/** A port that nobody has now: for a program that is to come back where it was. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A wire between browser and program that can be cut. */
async function layLine(port: number) {
  const ends = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const end of [near, far]) {
      ends.add(end);
      end
        .on('error', () => {})
        .on('close', () => {
          ends.delete(end);
          near.destroy();
          far.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const mend = () => {
    whole = true;
  };
  return { url: `http://127.0.0.1:${portOf(server)}`, cut, mend };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A port was asked for.');
  return address.port;
}

async function setUp() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const config = await writeConfig(await folder(), { simulator, chain, controlPort: await freePort() });
  return { config, program: await startProgram(config) };
}

/** Somebody whose browser has a clock that can be set forward: what it would do in that time it does at once. */
async function withClock(program: Program): Promise<Operator> {
  const operator = await newOperator(browser());
  await operator.context.clock.install();
  await enter(operator, program);
  return operator;
}

/** As the page has them: how long after a silence it asks by itself, and how often; the longest until it tries to stream again. */
const POLL_AFTER_MS = 2_000;
const POLL_MS = 3_000;
const RETRY_MS = 5_000;
/** Silence is called stale after ten seconds. */
const STALE_MS = 10_000;

let moves = 0;
/** Trips and releases the second: two transitions. Their reason is a word found nowhere else. */
async function move(program: Program): Promise<string> {
  moves += 1;
  const reason = `move-${moves}.`;
  await program.control.circuits.trip.mutate({ provider: 'second', reason, for: '15m' });
  await program.control.circuits.release.mutate({ provider: 'second', reason });
  return reason;
}

/** Waits for the words on the pill that says whether what is shown is how it is now. */
async function pill({ page }: Operator, words: string | RegExp): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: words }).waitFor();
}

async function feedWords(operator: Operator): Promise<string[]> {
  return await feedOf(operator).locator('p').allTextContents();
}

/** Every reason stands in the feed twice: tripped and released, none missing and none told again. */
async function expectWhole(operator: Operator, reasons: string[]): Promise<void> {
  const last = reasons.at(-1) ?? '';
  await feedOf(operator).filter({ hasText: last }).nth(1).waitFor();
  const words = await feedWords(operator);
  expect(reasons.map((reason) => words.filter((line) => line.includes(reason)).length)).toEqual(reasons.map(() => 2));
}

/** Somebody whose browser has a line of its own to the program. */
async function atTheEndOfALine() {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  const line = await layLine(Number(new URL(program.dashboard).port));
  return { program, line, operator: await signIn(browser(), { ...program, dashboard: line.url }) };
}

test('a line that breaks is said at once, and heals without a gap or a double', async () => {
  const { program, line, operator } = await atTheEndOfALine();
  const reasons = [await move(program)];
  await pill(operator, /^Live$/);
  line.cut();
  await pill(operator, /^Reconnecting$/);
  reasons.push(await move(program));
  line.mend();
  reasons.push(await move(program));
  await pill(operator, /^Live$/);
  await expectWhole(operator, reasons);
});

test('where no stream passes the page asks again and again and says so, and streams once it can', async () => {
  const { program } = await setUp();
  const operator = await withClock(program);
  const { clock } = operator.page;
  const streams = '**/trpc/live.events*';
  await operator.context.route(streams, (route) => route.abort());
  await operator.page.reload();
  await pill(operator, /^(Reconnecting|Live · asked every 3 s)$/);
  await clock.fastForward(POLL_AFTER_MS);
  await pill(operator, /^Live · asked every 3 s$/);
  const reasons = [await move(program)];
  await clock.fastForward(POLL_MS);
  await expectWhole(operator, reasons);
  await program.control.circuits.trip.mutate({ provider: 'first', reason: 'seen all the same', for: '15m' });
  await clock.fastForward(POLL_MS);
  await operator.sees('first', 'tripped by hand');
  await operator.context.unroute(streams);
  // As the browser says when its network is another: else it tries again by itself, a few seconds later.
  await operator.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await pill(operator, /^Live$/);
  reasons.push(await move(program));
  await expectWhole(operator, reasons);
});

test('a laptop that slept while circuits moved shows them when it wakes, none missing and none twice', async () => {
  const { program, line, operator } = await atTheEndOfALine();
  const reasons = [await move(program)];
  await expectWhole(operator, reasons);
  const lid = await operator.context.newCDPSession(operator.page);
  await lid.send('Page.setWebLifecycleState', { state: 'frozen' });
  reasons.push(await move(program));
  line.cut();
  reasons.push(await move(program));
  line.mend();
  await lid.send('Page.setWebLifecycleState', { state: 'active' });
  await pill(operator, /^Live$/);
  await expectWhole(operator, reasons);
});

test('a program that is gone is noticed, its age is said, and after its return the feed is whole', async () => {
  const { config, program } = await setUp();
  const operator = await withClock(program);
  const { clock } = operator.page;
  const reasons = [await move(program)];
  await expectWhole(operator, reasons);
  await program.end('SIGKILL');
  await pill(operator, /^Reconnecting$/);
  await clock.fastForward(STALE_MS);
  await pill(operator, /^Stale since \d\d:\d\d:\d\d$/);
  // In a landmark, so that screen readers find it.
  await operator.page
    .getByRole('region', { name: 'Warnings' })
    .getByText(/No connection to Recloser\. What you see is [1-9]\d s old/)
    .waitFor();
  await operator.row('first').getByRole('button', { name: 'Trip…' }).click();
  await operator.page
    .getByRole('dialog')
    .getByText(/What you see is [1-9]\d s old/)
    .waitFor();
  await operator.page.keyboard.press('Escape');

  const again = await startProgram(config);
  reasons.push(await move(again));
  await clock.fastForward(RETRY_MS);
  await pill(operator, /^Live$/);
  await expectWhole(operator, reasons);
  await ask(again);
  await operator.row('first').getByText('carries lucy now').waitFor();
  reasons.push(await move(again));
  await expectWhole(operator, reasons);
});

test('seven open tabs share one stream, show the same, and a trip is not held up by them', async () => {
  const { program } = await setUp();
  const operator = await signIn(browser(), program);
  await ask(program);
  const streams: string[] = [];
  operator.context.on('request', (request) => request.url().includes('live.events') && streams.push(request.url()));
  const tabs = [operator];
  const opened = Array.from({ length: 6 }, () => openTab(operator, new URL(program.dashboard).origin));
  tabs.push(...(await Promise.all(opened)));
  await Promise.all(tabs.map((tab) => tab.sees('first', 'closed')));
  // Those that were opened later asked the first; its own stream was there before this test listened.
  expect(streams).toEqual([]);

  const last = tabs[6] ?? operator;
  await last.row('first').getByRole('button', { name: 'Trip…' }).click();
  const dialog = last.page.getByRole('dialog', { name: 'Trip first' });
  await dialog.getByRole('button', { name: 'planned work' }).click();
  await dialog.getByRole('button', { name: 'Trip first', exact: true }).click();
  await Promise.all(tabs.map((tab) => tab.sees('first', 'tripped by hand')));

  await operator.page.close();
  await until(() => streams.length === 1);
  await program.control.circuits.release.mutate({ provider: 'first', reason: 'over' });
  await Promise.all(tabs.slice(1).map((tab) => tab.sees('first', 'closed')));
  expect(streams).toHaveLength(1);
});
