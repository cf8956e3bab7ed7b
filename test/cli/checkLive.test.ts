import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LiveReport } from '../../server/core/liveCheck.ts';
import { checkLive } from '../../server/liveCheck.ts';
import { realClock } from '../../server/world.ts';
import { run } from '../support/cli.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { providerAt } from '../support/gateway.ts';
import { startSimulator } from '../support/simulator.ts';
import { event, openStream, role, type Script, startUpstream, stop, streams, text } from '../support/upstream.ts';

const live = { checkLive: (providers: Parameters<typeof checkLive>[0]) => checkLive(providers, realClock) };

/** A config with these providers: by name, address and further keys. */
async function config(providers: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recloser-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'recloser.yaml');
  const lines = Object.entries(providers).map(
    ([name, keys]) => `  ${name}: { model: m, apiKey: sk-secret-1, ${keys} }`,
  );
  await writeFile(
    file,
    `providers:\n${lines.join('\n')}\nchains:\n  lucy: { providers: [${Object.keys(providers)}] }\n`,
  );
  return file;
}

async function checked(url: string, keys = ''): Promise<LiveReport> {
  const file = await config({ a: `baseUrl: "${url}"${keys}` });
  const { out } = await run(['check', file, '--live', '--json'], live);
  const { reports } = JSON.parse(out) as { reports: LiveReport[] };
  return reports[0] as LiveReport;
}

describe('check --live', () => {
  test('says what it will do, asks each provider a few short questions, and shows what came in a table', async () => {
    const providers = ['one', 'two'].map((name) => ({ name, model: 'm' }));
    const simulator = await startSimulator({ providers, clock: realClock });
    const file = await config({
      one: `baseUrl: "${simulator.url('one')}", price: { input: 1, output: 2 }, prefill: trailing`,
      two: `baseUrl: "${simulator.url('two')}", accepts: { tools: false }`,
    });
    const { exitCode, out, err } = await run(['check', file, '--live'], live);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain('Asking 2 providers: at most 4 calls of 16 tokens each, at most $0.000546 in all');
    expect(out).toContain('no price is known of two');
    expect(out).toMatch(/^PROVIDER +REACHABLE +KEY +MODEL +STREAM +USAGE +TOOLS +PREFILL +FIRST TOKEN +COST$/m);
    expect(out).toMatch(/^one +yes +yes +yes +yes +yes +yes +yes +\d+ of 10\d{3} ms +\$0\.000\d+$/m);
    expect(out).toMatch(/^two +yes +yes +yes +yes +yes +– +– +\d+ of 10\d{3} ms +unknown$/m);
    expect(simulator.calls('one')).toHaveLength(3);
    expect(simulator.calls('two')).toHaveLength(1);
    for (const { body } of simulator.log) expect(body).toMatchObject({ max_tokens: expect.any(Number) });
  });

  test('is 1 when a provider fails, and says why without a key', async () => {
    const providers = [
      { name: 'good', model: 'm' },
      { name: 'bad', model: 'm', fault: '401/key' },
    ];
    const simulator = await startSimulator({ providers, clock: realClock });
    const file = await config({
      good: `baseUrl: "${simulator.url('good')}"`,
      bad: `baseUrl: "${simulator.url('bad')}"`,
    });
    const { exitCode, out, err } = await run(['check', file, '--live'], live);
    expect(exitCode).toBe(1);
    expect(err).toContain('1 of 2 providers failed: bad.');
    expect(out).toMatch(/^bad +yes +no +– +–/m);
    expect(out).toMatch(/^bad: 401: /m);
    expect(out + err).not.toContain('sk-secret-1');
  });

  test.each<[string, string, Partial<LiveReport>]>([
    ['refuse', '', { reachable: 'no', key: '–', calls: 1 }],
    ['silent', ', timeouts: { firstToken: 50ms }', { reachable: 'no', firstTokenMs: null }],
    ['402', '', { reachable: 'yes', key: 'no' }],
    ['404', '', { key: 'yes', model: 'no' }],
    ['json-for-stream', '', { model: 'yes', stream: 'odd', ok: true }],
    ['cut', '', { reachable: 'yes', stream: 'no' }],
    ['sequence:ok,400', '', { stream: 'yes', tools: 'no' }],
    ['sequence:ok,ok,prefill-refused', ', prefill: trailing', { tools: 'yes', prefill: 'no' }],
    ['sequence:ok,400', ', assemble: false, accepts: { tools: false }', { stream: 'no', calls: 2 }],
  ])('a provider that does %s%s is found out', async (fault, keys, found) => {
    const providers = [{ name: 'a', model: 'm', fault }];
    const simulator = await startSimulator({ providers, clock: realClock });
    expect(await checked(simulator.url('a'), keys)).toMatchObject({ ok: false, ...found });
  });

  test('a provider that begins a begun answer anew does not go on', async () => {
    const upstream = await startUpstream(streams('1 2 3 4 5 6 7 8 9'));
    const report = await checked(upstream.url, ', prefill: trailing, accepts: { tools: false }');
    expect(report).toMatchObject({ ok: false, prefill: 'no' });
    expect(report.remarks.join()).toContain('set `prefill: none`');
  });

  test('an answer that does not end is hung up on', async () => {
    const endless: Script = async (response, call) => {
      openStream(response);
      response.write(event(role()));
      let open = true;
      void call.closed.then(() => {
        open = false;
      });
      while (open) await new Promise((resolve) => response.write(event(text('and ')), () => setImmediate(resolve)));
    };
    const upstream = await startUpstream(endless);
    const report = await checked(upstream.url, ', accepts: { tools: false }, set: { max_tokens: 100000 }');
    expect(report).toMatchObject({ ok: true, stream: 'yes', usage: 'odd' });
    expect(upstream.calls.map(({ body }) => body.max_tokens)).toEqual([16]);
  });

  test('a slow first token is told with its clock', async () => {
    const clock = new FakeClock();
    const upstream = await startUpstream((response) => {
      openStream(response);
      clock.advance(6_000);
      response.end([event(text('hello')), event(stop())].join(''));
    });
    const [report] = await checkLive([providerAt('a', upstream.url)], clock);
    expect(report).toMatchObject({ ok: true, firstTokenMs: 6_000 });
    expect(report?.remarks.join()).toContain('took 6000 ms of the 10000 ms');
  });

  test('a config that would be refused is refused, and nobody is called', async () => {
    const file = await config({ a: 'baseUrl: "ftp://x"' });
    const called: unknown[] = [];
    const { exitCode } = await run(['check', file, '--live'], {
      checkLive: async (providers) => {
        called.push(providers);
        return [];
      },
    });
    expect(exitCode).toBe(2);
    expect(called).toEqual([]);
  });
});
