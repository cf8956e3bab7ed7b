import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Plan, Run, Sided } from './measure.ts';
import { notes } from './notes.ts';
import { portkeyVersion } from './portkey.ts';
import { canPin, printed } from './processes.ts';
import type { Profile } from './profile.ts';
import { type CaseResult, Reader, type Results } from './results.ts';
import { median, type Spread } from './statistics.ts';
import { type Target, targetsOf } from './targets.ts';

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
    portkey: `@portkey-ai/gateway ${portkeyVersion}`,
    runs: `${plan.rounds} rounds in turn, ${plan.runMs / 1_000} s each after ${plan.warmUpMs / 1_000} s to warm up`,
    'load before': `${loadBefore.toFixed(1)} processes waiting for a core, over a minute: the nearer to none, the better`,
    pinned: canPin() ? 'what is measured on one core, load and provider on the others' : 'no',
  };
}

/** The results as a document. */
export function document(results: Results): string {
  return [
    '# What Recloser costs',
    '',
    'Written by `npm run bench`; not edited by hand. *provider* is asked without anything before it; *proxy* is the floor:',
    'bare `node:http` and undici, which reads the body, puts the model in, and passes the answer on; *portkey* is',
    'Portkey’s gateway, from npm. All are whole processes on real sockets, run in turn. Numbers are medians of the rounds;',
    'a ratio is of the medians, and in brackets are the least and the greatest of the pairs.',
    '',
    ...(results.disturbed === null ? [] : [`**${results.disturbed}**`, '']),
    ...Object.entries(results.where).map(([name, value]) => `- ${name}: ${value}`),
    '',
    '## What was to be reached',
    '',
    ...targetTable(targetsOf(results)),
    '',
    '## Cases',
    '',
    'Busy is the share of one core that the measured process used: well below 1, the load was the limit, not the process,',
    'and only its processor time compares. Ratios are over the first other side of the table that is no provider.',
    '',
    ...results.cases.flatMap(caseTable),
    '## Memory',
    '',
    ...memoryTable(results),
    '',
    '## Where the time goes',
    '',
    'Of the main thread’s time that was not idle.',
    '',
    ...results.profiles.flatMap(profileTable),
  ].join('\n');
}

function targetTable(targets: Target[]): string[] {
  const rows = targets.map(({ measure, target, figures, met }) => [
    measure,
    target,
    figures ?? 'not measured',
    met === null ? '' : met ? 'met' : '**missed**',
  ]);
  const missed = targets.filter(({ met }) => met === false);
  const why = missed.flatMap(({ key, measure }) => [
    '',
    `**Missed: ${measure}.** ${notes[key] ?? 'Not explained yet.'}`,
  ]);
  return [...tableOf(['measure', 'target', 'measured', ''], rows), ...why];
}

/** One case, a line a side. */
export function caseTable(result: CaseResult): string[] {
  const floor = result.sides.find(({ side }) => side !== 'provider')?.side ?? '';
  const rows = result.sides.map((sided) => sideRow(result, sided, floor));
  const streamed = result.unit === 'chunk';
  const head = ['side', `${result.unit}s a second`, 'ratio', `processor time a ${result.unit}`, 'ratio', 'busy'];
  const times = streamed ? ['first p50', 'first p99', 'gap p99.9'] : ['p50', 'p99'];
  return [`### ${result.title} (\`${result.name}\`)`, '', ...tableOf([...head, ...times], rows), ''];
}

function sideRow(result: CaseResult, sided: Sided, floor: string): string[] {
  if (sided.failed !== null) return [sided.side, `cannot: ${sided.failed.replaceAll('|', '/').slice(0, 300)}`];
  const read = new Reader({ where: {}, disturbed: null, cases: [result], memory: {}, profiles: [] });
  const of = (pick: (run: Run) => number | null) => read.median(result.name, sided.side, pick);
  const over = (pick: (run: Run) => number | null) =>
    sided.side === floor ? '' : spread(read.ratio(result.name, [sided.side, floor], pick));
  const cpu = of((run) => run.cpuUs);
  const busy = of((run) => run.busy);
  const ms = (value: number | null) => (value === null ? '' : `${value.toFixed(2)} ms`);
  const times =
    result.unit === 'chunk'
      ? [of((run) => run.firstP50Ms), of((run) => run.firstP99Ms), of((run) => run.gapP999Ms)]
      : [of((run) => run.p50Ms), of((run) => run.p99Ms)];
  return [
    sided.side,
    (of((run) => run.perSecond) ?? 0).toFixed(0),
    over((run) => run.perSecond),
    cpu === null ? '' : `${cpu.toFixed(1)} µs`,
    cpu === null ? '' : over((run) => run.cpuUs),
    busy === null ? '' : busy.toFixed(2),
    ...times.map(ms),
  ];
}

function memoryTable({ memory }: Results): string[] {
  const rows = Object.entries(memory).map(([side, rounds]) => [
    side,
    rounds.length === 0 ? 'not known' : `${median(rounds.map(({ idleMb }) => idleMb)).toFixed(0)} MB`,
    rounds.length === 0 ? 'not known' : `${median(rounds.map(({ perStreamKb }) => perStreamKb)).toFixed(1)} kB`,
  ]);
  return tableOf(['side', 'idle', 'each open stream'], rows);
}

function profileTable({ load, side, shares, hottest }: Profile): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const least = 0.01;
  const rows = shares.filter(({ share }) => share >= least).map(({ part, share }) => [part, percent(share)]);
  return [
    `### ${side}: ${load}`,
    '',
    ...tableOf(['part', 'share'], rows),
    '',
    `Hottest: ${hottest.map(({ name, share }) => `\`${name}\` ${percent(share)}`).join(', ')}.`,
    '',
  ];
}

function tableOf(head: string[], rows: string[][]): string[] {
  const filled = rows.map((row) => [...row, ...head.slice(row.length).map(() => '')]);
  return [head, head.map(() => '---'), ...filled].map((cells) => `| ${cells.join(' | ')} |`);
}

function spread(value: Spread | null): string {
  if (value === null) return '';
  return `**${value.median.toFixed(2)}** (${value.min.toFixed(2)} to ${value.max.toFixed(2)})`;
}
