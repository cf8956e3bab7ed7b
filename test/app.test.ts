import { expect, onTestFinished, test } from 'vitest';
import { type App, startApp } from '../server/app.ts';
import { loadSettings } from '../server/config/load.ts';
import type { LiveEvent } from '../server/core/live.ts';
import type { Overview } from '../server/core/overview.ts';
import type { Settings } from '../server/core/settings.ts';
import { newId, realClock } from '../server/world.ts';
import { TestDatabase } from './db/support/database.ts';
import { call, testToken } from './support/control.ts';
import { startSimulator } from './support/simulator.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const headers = { authorization: `Bearer ${testToken}` };

async function settingsFor(database: string): Promise<Settings> {
  const simulator = await startSimulator({ clock: realClock });
  const provider = (name: string, model: string, more: string): string =>
    `  ${name}: { baseUrl: "${simulator.url(name)}", apiKey: simulated, model: ${model}, price: { input: 1, output: 2 }${more} }`;
  const text = `gateway: { port: 0 }
control: { port: 0 }
database: "${database}"
node: a
providers:
${provider('deepseek-v3', 'deepseek-chat', '')}
${provider('llama-3.3-70b', 'llama-3.3-70b-versatile', ', standby: 1s')}
chains:
  lucy: { providers: [deepseek-v3, llama-3.3-70b] }
`;
  const loaded = loadSettings({ text, file: '/recloser.yaml', env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.settings;
}

async function start(settings: Settings): Promise<App> {
  const world = { clock: realClock, random: () => 0.5, newId, log, token: testToken, webRoot: null, version: '0.1.0' };
  const app = await startApp(settings, world);
  onTestFinished(() => app.stop(1_000));
  return app;
}

function chat(app: App): Promise<Response> {
  const body = JSON.stringify({ model: 'lucy', messages: [{ role: 'user', content: 'hi' }] });
  return fetch(`${app.gatewayUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

/** The first traffic that a page hears of which this is true. */
async function traffic(app: App, matches: (overview: Overview) => boolean): Promise<Overview> {
  const response = await fetch(`${app.controlUrl}/trpc/live.events`, { headers });
  let text = '';
  for await (const part of response.body ?? []) {
    text += Buffer.from(part).toString();
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.startsWith('data: {"type"'))) {
      const event = JSON.parse(line.slice('data: '.length)) as LiveEvent;
      // Leaving the loop closes the stream.
      if (event.type === 'traffic' && matches(event.overview)) return event.overview;
    }
  }
  throw new Error('The stream ended.');
}

const standbyOf = ({ providers }: Overview) => providers[1]?.standby ?? null;

test('what happened is on the page within a second or two, an idle provider is checked, and both outlive a restart', async () => {
  await using database = new TestDatabase();
  const settings = await settingsFor(database.path);
  const first = await start(settings);
  for (let at = 0; at < 3; at += 1) expect((await chat(first)).status).toBe(200);
  const checked = await traffic(first, (overview) => standbyOf(overview) !== null);
  expect(checked.totals.felt).toMatchObject({ requests: 3, answered: 3, byFallback: 0 });
  expect(standbyOf(checked)).toMatchObject({ ok: true, word: 'ok' });
  expect(standbyOf(checked)?.costNanoUsd).toBeGreaterThan(0);
  expect(checked.chains[0]?.ifCarrierGoes).toMatchObject({ next: 'llama-3.3-70b', verdict: 'notProven' });
  const sentence = /^llama-3\.3-70b answered its standby check just now, but has never carried any of the/;
  expect(checked.chains[0]?.ifCarrierGoes.sentence).toMatch(sentence);

  const scraped = await (await fetch(`${first.controlUrl}/metrics`, { headers })).text();
  expect(scraped).toContain('recloser_requests_total{chain="lucy",outcome="succeeded"} 3');
  expect(scraped).toContain('recloser_probes_total{provider="llama-3.3-70b",kind="standby",result="good"} ');
  expect(scraped).toContain('recloser_gateway_requests_limit 4000');

  const probed = { provider: 'deepseek-v3', reason: 'a look' };
  expect((await call({ url: first.controlUrl }, 'circuits.probe', { post: true, input: probed })).status).toBe(200);
  const signedIn = await fetch(first.signInLink(), { redirect: 'manual' });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  await first.stop(1_000);

  const storage = await database.open();
  const probes = await storage.lastProbes();
  expect(probes.map(({ provider, kind, by }) => `${provider} ${kind} ${by}`)).toEqual([
    'deepseek-v3 hand token:admin',
    'llama-3.3-70b standby itself',
  ]);
  const { rows } = await storage.listRequests({ limit: 10 });
  expect(rows).toHaveLength(3);
  expect(rows[0]?.needs).toMatchObject({ images: false, tools: false, jsonSchema: false });
  await storage.close(1_000);

  const second = await start({
    ...settings,
    providers: settings.providers.map((one) => ({ ...one, standbyMs: null })),
  });
  const rebuilt = await traffic(second, ({ totals }) => totals.felt.requests === 3);
  expect(standbyOf(rebuilt)).toEqual(standbyOf(await traffic(second, () => true)));
  expect(standbyOf(rebuilt)).toMatchObject({ ok: true });
  const seen = await call({ url: second.controlUrl }, 'about.get', { headers: { cookie } });
  expect(seen.body.result?.data).toMatchObject({
    who: 'operator',
    empty: false,
    demo: false,
    gatewayUrl: second.gatewayUrl,
  });
});
