import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { boundsOf } from './bounds.ts';
import { browsedRecord } from './browsed.ts';
import { browsedRecords, browsingCase, cases, casesByName, type Stage } from './cases.ts';
import { measure, type Plan } from './measure.ts';
import { type Memory, measureMemory } from './memory.ts';
import { readOptions } from './options.ts';
import { startPortkey } from './portkey.ts';
import { Process, scriptArgs, startServer } from './processes.ts';
import { measureProfile, type Profile } from './profile.ts';
import { caseTable, conditions, disturbance, document } from './report.ts';
import type { CaseResult, Results } from './results.ts';
import { type Bed, direct, startProxy, startRecloser } from './sides.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const options = readOptions(process.argv.slice(2), [...casesByName.keys(), ...browsedRecords.map(({ name }) => name)]);
const plan: Plan = options.quick
  ? { rounds: 2, runMs: 1_000, warmUpMs: 1_500 }
  : { rounds: 5, runMs: 1_500, warmUpMs: 3_000 };
const memoryRounds = options.quick ? 1 : 3;
const profiled = ['plain-1k-32', 'streams-300'];
const profileMs = 4_000;
/** The whole of it, whatever hangs. */
const maxMs = (options.quick ? 10 : 35) * 60_000;
const isWhole = options.only === null;

const tooLong = setTimeout(() => {
  console.error(`The benchmark took longer than ${maxMs / 60_000} minutes and was given up; nothing was written.`);
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
if (isWhole && !options.quick) {
  writeFileSync(here('RESULTS.md'), document(results));
  writeFileSync(here('results.json'), `${JSON.stringify(results, null, 1)}\n`);
  console.error('Written to test/bench/RESULTS.md and results.json.');
} else {
  console.log(document(results));
}
const ours = results.cases.flatMap(({ sides }) => sides).filter(({ side }) => side.startsWith('recloser'));
process.exit(ours.some(({ failed }) => failed !== null) ? 1 : 0);

async function runAll(): Promise<Results> {
  // What is measured has the last core to itself; the load and the provider share the first.
  const [helperCore, measuredCore] = [0, cpus().length - 1];
  const [upstream, upstreamPort] = await startServer('upstream.ts', [], helperCore);
  await using _upstream = upstream;
  await using generator = new Process(scriptArgs('load.ts'), helperCore);
  const bed: Bed = { provider: `http://127.0.0.1:${upstreamPort}`, core: measuredCore, flags: [] };
  const measured = await runCases(bed, generator);
  return {
    where: conditions(plan, loadBefore),
    disturbed,
    cases: [...measured, ...(await runBrowsing(bed, generator))],
    memory: isWhole ? await runMemory(bed) : {},
    profiles: await runProfiles(bed, generator),
  };
}

async function runCases(bed: Bed, generator: Process): Promise<CaseResult[]> {
  await using proxy = await startProxy(bed);
  await using recloser = await startRecloser(bed);
  await using portkey = options.portkey ? await startPortkey(bed, console.error) : null;
  const stage: Stage = { provider: direct(bed.provider), proxy: proxy.side, recloser, portkey: portkey?.side ?? null };
  const wanted = cases.filter(({ name }) => options.only?.has(name) ?? true);
  const done: CaseResult[] = [];
  for (const { name, title, load, contenders } of wanted) {
    console.error(`Measuring ${done.length + 1} of ${wanted.length}: ${title} …`);
    const result = { name, title, unit: load.unit, sides: await measure(load, contenders(stage), { plan, generator }) };
    done.push(result);
    console.error(caseTable(result).join('\n'));
  }
  return done;
}

async function runBrowsing(bed: Bed, generator: Process): Promise<CaseResult[]> {
  const done: CaseResult[] = [];
  for (const { name, requests } of browsedRecords) {
    if (!(options.only?.has(name) ?? true)) continue;
    using record = await browsedRecord(requests, options.tenMillion);
    if (!record) {
      console.error(`${name} is left out: give a record of ten million by --ten-million FILE.`);
      continue;
    }
    await using recloser = await startRecloser(bed, record.path);
    const { title, load, contenders } = browsingCase(name, boundsOf(record.path));
    console.error(`Measuring: ${title} …`);
    const result = {
      name,
      title,
      unit: load.unit,
      sides: await measure(load, contenders({ recloser }), { plan, generator }),
    };
    done.push(result);
    console.error(caseTable(result).join('\n'));
  }
  return done;
}

async function runMemory(bed: Bed): Promise<Record<string, Memory[]>> {
  const proxy: Memory[] = [];
  const recloser: Memory[] = [];
  for (let round = 0; round < memoryRounds; round += 1) {
    console.error(`Measuring memory, round ${round + 1} of ${memoryRounds} …`);
    for (const [rounds, start] of [
      [proxy, startProxy],
      [recloser, startRecloser],
    ] as const) {
      const memory = await measureMemory(() => start(bed));
      if (memory) rounds.push(memory);
    }
  }
  return { proxy, recloser };
}

async function runProfiles(bed: Bed, generator: Process): Promise<Profile[]> {
  const done: Profile[] = [];
  for (const name of profiled) {
    const one = casesByName.get(name);
    if (!one || !(options.only?.has(name) ?? true)) continue;
    for (const start of [startProxy, startRecloser]) {
      console.error(`Profiling: ${one.title} …`);
      const given = { load: one.load, title: one.title, ms: profileMs, generator };
      done.push(await measureProfile(given, (flags) => start({ ...bed, flags })));
    }
  }
  return done;
}
