import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { boundsOf, within } from './bounds.ts';
import { forget } from './forget.ts';
import { coldPage, pagesOf } from './pages.ts';
import { type Question, questionsOf } from './questions.ts';

/**
 * What a large record costs from a cold start: each page of the dashboard, and each question behind them.
 * `npm run bench:record -- FILE…` writes into `test/bench/RECORD.md`; make the files by `npm run seed`.
 */

const times = 3;
const boundMs = 300;

/** Waited for, and of the processor's time. */
interface Cost {
  ms: number;
  cpuMs: number;
}

interface Answer {
  what: string;
  costs: Cost[];
}

async function measure(path: string): Promise<string> {
  const before = loadavg()[0] ?? Number.NaN;
  const bounds = boundsOf(path);
  const questions = [];
  for (const { what, ask } of questionsOf(bounds)) questions.push(await asked(what, async () => cold(path, ask)));
  const pages = [];
  for (const page of pagesOf(bounds)) pages.push(await asked(page.what, () => coldPage(path, page)));
  const load = Math.max(before, loadavg()[0] ?? Number.NaN);
  return report({ path, count: bounds.count, load, questions, pages });
}

async function asked(what: string, ask: () => Promise<Cost>): Promise<Answer> {
  const costs: Cost[] = [];
  while (costs.length < times) costs.push(await ask());
  console.log(`${what}: ${costs.map(({ ms, cpuMs }) => `${ms.toFixed(0)} (${cpuMs.toFixed(0)})`).join(', ')} ms`);
  return { what, costs };
}

function cold(path: string, ask: Question['ask']): Cost {
  forget(path);
  return within(path, (sqlite) => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    ask(drizzle(sqlite));
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { ms, cpuMs: (user + system) / 1_000 };
  });
}

interface Measured {
  path: string;
  count: number;
  load: number;
  questions: Answer[];
  pages: Answer[];
}

function report({ path, count, load, questions, pages }: Measured): string {
  const megabytes = Math.round(statSync(path).size / 1_048_576);
  const seeded = existsSync(`${path}.seeded`) ? ` Seeded in ${readFileSync(`${path}.seeded`, 'utf8').trim()}.` : '';
  return [
    `## ${count.toLocaleString('en')} requests, ${megabytes.toLocaleString('en')} MB`,
    '',
    `The load on the two cores meanwhile (average of a minute, the higher of begin and end): ${load.toFixed(1)}.${seeded}`,
    '',
    ...tableOf('page', pages),
    '',
    ...tableOf('question', questions),
    '',
  ].join('\n');
}

function tableOf(kind: 'page' | 'question', answers: Answer[]): string[] {
  const rows = answers.map(({ what, costs }) => {
    const ms = costs.map((cost) => cost.ms);
    const cpu = middle(costs.map(({ cpuMs }) => cpuMs));
    return `| ${what} | ${middle(ms).toFixed(0)} | ${Math.max(...ms).toFixed(0)} | ${cpu.toFixed(0)} |`;
  });
  const over = answers.filter(({ costs }) => middle(costs.map(({ ms }) => ms)) > boundMs).map(({ what }) => what);
  return [
    over.length === 0 ? `Every ${kind} within ${boundMs} ms.` : `Each ${kind} over ${boundMs} ms: ${over.join('; ')}.`,
    '',
    `| ${kind} | ms, median | ms, most | processor ms, median |`,
    '|---|---:|---:|---:|',
    ...rows,
  ];
}

function middle(ms: number[]): number {
  return [...ms].sort((one, other) => one - other)[Math.floor(ms.length / 2)] ?? Number.NaN;
}

const head = `# What the record costs at scale

Each ${times} times from a cold start, with nothing of the file in memory. A page: the program has just begun on the file, and
all that the page asks is asked at once over HTTP. A question: one call of what reads the record, on a new connection.
Made by \`npm run seed -- FILE --requests N\` (ten million with \`--copied\`), then \`npm run bench:record -- FILE\`, which
writes the section of a record of that size anew and leaves the others; Node ${process.versions.node}, two cores. With a load of more than 2, waiting for a core
is in the figures, and what the processor took says more.

`;

/** Puts a section in the place of the one of as many requests, or after those of fewer. */
function place(section: string): void {
  const file = join(import.meta.dirname, 'RECORD.md');
  const known = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split(/^(?=## )/m)
        .slice(1)
    : [];
  // A record that was asked for in round numbers may have a few more.
  const countOf = (text: string) => Number(Number(/^## ([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '')).toPrecision(3));
  const others = known.filter((text) => countOf(text) !== countOf(section)).map((text) => `${text.trim()}\n`);
  const sections = [...others, section].sort((text, other) => countOf(text) - countOf(other));
  writeFileSync(file, `${head}${sections.join('\n')}`);
}

const paths = process.argv.slice(2);
if (paths.length === 0 || !paths.every((path) => existsSync(path))) {
  console.error('Use: npm run bench:record -- FILE…, with databases made by `npm run seed`.');
  process.exit(2);
}
for (const path of paths) place(await measure(path));
