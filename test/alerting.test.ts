import { expect, test } from 'vitest';
import { type App, startApp } from '../server/app.ts';
import { loadSettings } from '../server/config/load.ts';
import type { Settings } from '../server/core/settings.ts';
import { newId } from '../server/world.ts';
import { TestDatabase } from './db/support/database.ts';
import { alertReceiver } from './support/alertReceiver.ts';
import { call, testToken } from './support/control.ts';
import { LeapingClock } from './support/leapingClock.ts';
import { fails, openStream, startUpstream, streamOf } from './support/upstream.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const second = 1_000;
/** More than an hour of the clock that leaps. */
const mostLeaps = 800;

async function settingsFor(database: string, hook: string) {
  const [a, b, c] = [await startUpstream(fails(503)), await startUpstream(), await startUpstream()];
  const secret = `whsec_${Buffer.from('a secret of the receiver and of us').toString('base64')}`;
  const text = `gateway: { port: 0 }
control: { port: 0 }
database: "${database}"
node: a
breaker: { failures: 1, open: 1m, ramp: 0s }
providers:
  a: { baseUrl: "${a.url}", model: m }
  b: { baseUrl: "${b.url}", model: m }
  c: { baseUrl: "${c.url}", model: m }
chains:
  lucy: { providers: [a, b, c], backoff: { initial: 1ms } }
alerts:
  - { name: ours, kind: webhook, url: "${hook}", secret: "${secret}", hold: 10s, remind: off }
`;
  const loaded = loadSettings({ text, file: '/recloser.yaml', env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return { a, settings: loaded.settings };
}

function start(settings: Settings, clock: LeapingClock): Promise<App> {
  return startApp(settings, {
    clock,
    random: () => 0.5,
    newId,
    log,
    token: testToken,
    webRoot: null,
    version: '0.1.0',
  });
}

async function chat(app: App): Promise<string | null> {
  const response = await fetch(`${app.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: 'hi' }] }),
  });
  await response.text();
  return response.headers.get('x-recloser-trail');
}

async function isWell(app: App): Promise<boolean> {
  const { status } = (await (await fetch(`${app.controlUrl}/readyz`)).json()) as { status: string };
  return status === 'ok';
}

/** What was told, each message once: one that a leap cut off comes again under its id. */
function told({ received }: Awaited<ReturnType<typeof alertReceiver>>): string[] {
  const byId = new Map(
    received.map(({ headers, text }) => {
      const { type, data } = JSON.parse(text);
      return [headers['webhook-id'], `${type} ${data.severity} ${data.key.replace(/\/\d{6,}$/, '')}: ${data.title}`];
    }),
  );
  return [...byId.values()];
}

test('an absorbed outage is one notice and one end, minutes later, with a restart in between', async () => {
  await using database = new TestDatabase();
  const receiver = await alertReceiver();
  const { a, settings } = await settingsFor(database.path, receiver.url);
  const clock = new LeapingClock();
  const first = await start(settings, clock);
  /** Lets time pass until something is true; a look at the record between gives threads and sockets theirs. */
  const pass = async (app: App, isThere: () => boolean | Promise<boolean>): Promise<void> => {
    for (let leaps = 0; !(await isThere()); leaps += 1) {
      if (leaps > mostLeaps) throw new Error(`It did not come: ${JSON.stringify(told(receiver))}`);
      clock.leap(5 * second);
      // A few leaps are half a minute: a thread that is slow for want of a processor is taken for stuck, and started again.
      while (!(await isWell(app))) {}
      expect((await call({ url: app.controlUrl }, 'alerts.list')).status).toBe(200);
    }
  };
  const state = async (app: App) => {
    const { body } = await call({ url: app.controlUrl }, 'circuits.list');
    const [first] = (body.result?.data.circuits ?? []) as { state: string }[];
    return first?.state;
  };
  expect(await chat(first)).toBe('a=503, b=ok');
  await pass(first, () => receiver.received.length > 0);
  await first.stop(second);

  const again = await start(settings, clock);
  a.script = (response) => {
    openStream(response);
    response.end(streamOf('well again'));
  };
  await pass(again, async () => (await state(again)) === 'halfOpen');
  expect(await chat(again)).toBe('a=ok');
  const closedAt = clock.wall();
  await pass(again, () => told(receiver).length > 1);
  expect(clock.wall() - closedAt).toBeGreaterThan(600 * second);
  await pass(again, () => clock.wall() - closedAt > 1_800 * second);
  await again.stop(second);
  expect(told(receiver)).toEqual([
    'alert.opened notify incident/1: a stopped answering; no caller got an error',
    'alert.resolved notify incident/1: Over: a stopped answering',
  ]);
}, 120_000);
