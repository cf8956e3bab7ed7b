import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, type Plan, type Result, type Scenario, type Side } from './measure.ts';
import { freePorts, Process, scriptArgs, startServer } from './processes.ts';
import { conditions, disturbance, document, table } from './report.ts';

const main = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** `--quick` is a look, not a measurement: it writes nothing. `--floor` puts a second proxy in Recloser's place: both sides should read the same. */
const quick = process.argv.includes('--quick');
const floor = process.argv.includes('--floor');
const plan: Plan = quick ? { pairs: 2, runMs: 1_000, warmUpMs: 500 } : { pairs: 5, runMs: 1_800, warmUpMs: 3_000 };
/** The whole of it, whatever hangs. */
const maxMs = 120_000;

const promptBytes = 1_024;
const messages = [{ role: 'user', content: 'word '.repeat(promptBytes).slice(0, promptBytes) }];

const scenarios: Scenario[] = [
  { name: 'plain', unit: 'request', atOnce: 32, body: JSON.stringify({ model: 'plain', messages }), events: null },
  {
    name: 'plain, assembled from a stream',
    unit: 'request',
    atOnce: 32,
    body: JSON.stringify({ model: 'assembled', messages, max_tokens: 1 }),
    events: null,
  },
  {
    name: 'streams of 100 chunks',
    unit: 'chunk',
    atOnce: 30,
    body: JSON.stringify({ model: 'plain', messages, stream: true }),
    events: 100,
  },
];

const tooLong = setTimeout(() => {
  console.error(`The benchmark took longer than ${maxMs / 1_000} s and was given up; nothing was written.`);
  process.exit(1);
}, maxMs);

const [loadBefore = 0] = loadavg();
const disturbed = disturbance(loadBefore);
if (disturbed !== null) console.error(disturbed);

const results = await runAll().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
clearTimeout(tooLong);
const where = conditions(plan, loadBefore);
console.log(table(results).join('\n'));
if (!quick && !floor) {
  writeFileSync(here('RESULTS.md'), document(where, results, disturbed));
  writeFileSync(here('results.json'), `${JSON.stringify({ where, results }, null, 2)}\n`);
  console.log('Written to test/bench/RESULTS.md and results.json.');
}

async function runAll(): Promise<Result[]> {
  // What is measured has the last core to itself; the load and the provider share the first.
  const [helperCore, measuredCore] = [0, cpus().length - 1];
  const [upstream, upstreamPort] = await startServer('upstream.ts', [], helperCore);
  await using _upstream = upstream;
  const provider = `http://127.0.0.1:${upstreamPort}`;
  const [proxy, proxyPort] = await startServer('proxy.ts', [provider], measuredCore);
  await using _proxy = proxy;
  await using load = new Process(scriptArgs('load.ts'), helperCore);
  await using recloser = await startRecloser(provider, measuredCore);
  const sides: [Side, Side] = [
    { name: 'proxy', process: proxy, origin: `http://127.0.0.1:${proxyPort}` },
    recloser.side,
  ];
  const done: Result[] = [];
  for (const scenario of scenarios) {
    console.error(`Measuring: ${scenario.name}, ${scenario.atOnce} at once …`);
    done.push(await measure(scenario, sides, { plan, load }));
  }
  return done;
}

/** Recloser as a person runs it: built, with its database on disk and everything on. */
async function startRecloser(provider: string, core: number): Promise<AsyncDisposable & { side: Side }> {
  if (floor) {
    const [process_, port] = await startServer('proxy.ts', [provider], core);
    const side: Side = { name: 'recloser', process: process_, origin: `http://127.0.0.1:${port}` };
    return { side, [Symbol.asyncDispose]: () => process_[Symbol.asyncDispose]() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'recloser-bench-'));
  const [gatewayPort = 0, controlPort = 0] = await freePorts(2);
  const file = join(folder, 'recloser.yaml');
  writeFileSync(file, config(provider, gatewayPort, controlPort));
  const started = new Process([main, 'start', '--config', file], core);
  const dispose = async () => {
    await started[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  const origin = `http://127.0.0.1:${gatewayPort}`;
  await started.ready(`${origin}/readyz`).catch(async (error: Error) => {
    await dispose();
    throw error;
  });
  return { side: { name: 'recloser', process: started, origin }, [Symbol.asyncDispose]: dispose };
}

function config(provider: string, gatewayPort: number, controlPort: number): string {
  const one = (assemble: boolean) => ({
    baseUrl: `${provider}/v1`,
    apiKey: 'bench',
    model: 'bench-model',
    price: { input: 1, output: 1 },
    assemble,
  });
  return JSON.stringify({
    gateway: { port: gatewayPort },
    control: { port: controlPort },
    database: './recloser.db',
    providers: { asked: one(false), streamed: one(true) },
    chains: { plain: { providers: ['asked'] }, assembled: { providers: ['streamed'] } },
  });
}
