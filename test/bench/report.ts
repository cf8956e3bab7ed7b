import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median, type Plan, type Result, type Run, type Spread } from './measure.ts';
import { canPin, printed } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Above so many processes waiting for each core, others take part in what is measured. */
const busyLoad = 0.25;

/** What to say of numbers from a machine that had other work, or null where it had none. */
export function disturbance(loadBefore: number): string | null {
  if (loadBefore <= cpus().length * busyLoad) return null;
  return `Measured while the machine was busy with other work (load ${loadBefore.toFixed(1)} on ${cpus().length} cores): the numbers are disturbed.`;
}

/** Where and what the numbers were measured on. */
export function conditions(plan: Plan, loadBefore: number): Record<string, string> {
  const versionOf = (path: string): string => JSON.parse(readFileSync(`${root}${path}`, 'utf8')).version;
  const changed = printed('git', ['-C', root, 'status', '--porcelain', '--', 'server', 'db']);
  const commit = printed('git', ['-C', root, 'rev-parse', '--short', 'HEAD']) ?? 'unknown';
  return {
    measured: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    recloser: `${versionOf('package.json')} at ${commit}${changed ? ' with changes not committed' : ''}`,
    processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    undici: versionOf('node_modules/undici/package.json'),
    runs: `${plan.pairs} pairs in turn, ${plan.runMs / 1_000} s each after ${plan.warmUpMs / 1_000} s to warm up`,
    'load before': `${loadBefore.toFixed(1)} processes waiting for a core, over a minute: the nearer to none, the better`,
    pinned: canPin() ? 'what is measured on one core, load and provider on the others' : 'no',
  };
}

/** The numbers as a document. */
export function document(where: Record<string, string>, results: Result[], disturbed: string | null): string {
  return [
    '# What Recloser costs',
    '',
    'Written by `npm run bench`; not edited by hand. The proxy is the floor: bare `node:http` and undici, which reads the',
    'body, puts the model in, and passes the answer on. Ratios are Recloser over proxy: of the medians, and in brackets the',
    'least and the greatest of the pairs. Throughput is better when higher, processor time when lower.',
    '',
    ...(disturbed === null ? [] : [`**${disturbed}**`, '']),
    ...table(results),
    '',
    'Busy is the share of one core that the measured process used: well below 1, the load was the limit, not the process,',
    'and only its processor time compares.',
    '',
    ...Object.entries(where).map(([name, value]) => `- ${name}: ${value}`),
    '',
  ].join('\n');
}

/** The numbers as a table, a line of text each. */
export function table(results: Result[]): string[] {
  const rows = results.flatMap((result) => [
    row(result, 'proxy'),
    row(result, 'recloser'),
    [`${result.scenario}`, '**ratio**', spread(result.throughput), spread(result.cpu), '', '', ''],
  ]);
  const head = ['load', 'side', 'per second', 'processor time', 'busy', 'p50', 'p99'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function row(result: Result, side: 'proxy' | 'recloser'): string[] {
  const runs = result[side];
  const of = (pick: (run: Run) => number | null): number | null => {
    const values = runs.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  const [perSecond, cpuUs, busy] = [of((run) => run.perSecond), of((run) => run.cpuUs), of((run) => run.busy)];
  return [
    `${result.scenario}`,
    side,
    `${Math.round(perSecond ?? 0)} ${result.unit}s`,
    cpuUs === null ? 'not known' : `${cpuUs.toFixed(1)} µs a ${result.unit}`,
    busy === null ? 'not known' : busy.toFixed(2),
    `${(of((run) => run.p50Ms) ?? 0).toFixed(1)} ms`,
    `${(of((run) => run.p99Ms) ?? 0).toFixed(1)} ms`,
  ];
}

function spread(value: Spread | null): string {
  if (value === null) return 'not known';
  return `**${value.median.toFixed(2)}** (${value.min.toFixed(2)} to ${value.max.toFixed(2)})`;
}
