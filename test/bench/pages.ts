import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bounds } from './bounds.ts';
import { forget } from './forget.ts';
import { madeUpChains } from './madeUp.ts';
import { freePorts, Process } from './processes.ts';

/**
 * What opening a page of the dashboard costs after a cold start: the program has just begun, nothing of the file is in
 * memory, and everything that the page asks is asked at once, over HTTP, as the browser does.
 */

const main = fileURLToPath(new URL('../../dist/server/recloser.cjs', import.meta.url));
const token = 'bench-token-of-the-control-plane';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const longestPath = 1_000;

/** A procedure and what it is asked. */
type Ask = [procedure: string, input?: object];

export interface Page {
  what: string;
  asks: Ask[];
}

/** What every page asks. */
const always: Ask[] = [
  ['about.get'],
  ['circuits.list'],
  ['overview.get'],
  ['incidents.list', { unresolved: true, limit: 99 }],
];

/** With the inputs that the pages give; ranges end with the record, so that there is something in them. */
export function pagesOf({ from, to, skippedId }: Bounds): Page[] {
  const savings = (days: number): Ask[] => [
    ['savings.summary', { from: Math.max(from, to - days * dayMs), to, zone: 'Europe/Berlin' }],
    ['savings.shares'],
  ];
  const requests = (filter: object): Ask[] => [
    ['requests.list', { ...filter, limit: 50 }],
    ['requests.counts', filter],
  ];
  const provider = (name: string, range: string): Ask[] => [
    ['providers.get', { provider: name, range }],
    ['circuits.ghosts', { provider: name }],
    ['events.list', { provider: name, limit: 30 }],
    ['providers.probes', { provider: name, limit: 30 }],
  ];
  const pages: [what: string, asks: Ask[]][] = [
    [
      'Live',
      [['overview.hour'], ['events.list', { limit: 100 }], ['savings.summary', { from: to - hourMs, to, zone: 'UTC' }]],
    ],
    ['Requests', requests({})],
    ['Requests, last day, felt by the caller', requests({ from: to - dayMs, felt: true })],
    ['Requests, last 7 days, a 429 anywhere', requests({ from: to - 7 * dayMs, failureKind: 'throttled' })],
    ['Requests, one explained', [...requests({}), ['requests.get', { id: skippedId }]]],
    ['Incidents', [['incidents.list', { limit: 50 }]]],
    ['Savings, a day', savings(1)],
    ['Savings, 7 days', savings(7)],
    ['Savings, everything', savings(90)],
    ['Provider, an hour', provider('deepseek-v3', '1h')],
    ['Provider, a day', provider('deepseek-v3', '24h')],
    ['Provider, 7 days', provider('deepseek-v3', '7d')],
    [
      'Audit',
      [
        ['audit.list', { limit: 100 }],
        ['audit.counts', {}],
      ],
    ],
    ['Access', [['access.tokens'], ['access.people'], ['access.mySessions']]],
  ];
  return pages.map(([what, asks]) => ({ what, asks: [...always, ...asks] }));
}

/** Waited for from the first question to the last answer, and of the processor's time in all threads meanwhile. */
export interface PageCost {
  ms: number;
  cpuMs: number;
}

/** Starts the program on the file for this one page. The record is written to: standby checks, and what is added up. */
export async function coldPage(database: string, { what, asks }: Page): Promise<PageCost> {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-bench-'));
  try {
    const [gateway = 0, control = 0] = await freePorts(2);
    const file = join(folder, 'recloser.yaml');
    writeFileSync(file, configOf(database, { gateway, control }));
    forget(database);
    await using program = new Process([main, 'start', '--config', file], null, { RECLOSER_TOKEN: token });
    await program.ready(`http://127.0.0.1:${gateway}/readyz`);
    const cpu = program.cpu();
    const began = performance.now();
    const answer = await fetch(urlOf(`http://127.0.0.1:${control}`, asks), {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await answer.text();
    const ms = performance.now() - began;
    if (!answer.ok) throw new Error(`${what} was answered with ${answer.status}: ${text.slice(0, 1_000)}`);
    return { ms, cpuMs: (program.cpu()?.allMs ?? Number.NaN) - (cpu?.allMs ?? Number.NaN) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One batch, as the dashboard's client makes it. */
export function urlOf(origin: string, asks: Ask[]): string {
  const procedures = asks.map(([procedure]) => procedure).join(',');
  if (procedures.length > longestPath) throw new Error('A batch takes fewer procedures.');
  const inputs = Object.fromEntries(asks.flatMap(([, input], at) => (input === undefined ? [] : [[at, input]])));
  return `${origin}/trpc/${procedures}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
}

/** The program with the providers and chains of the record. */
function configOf(database: string, ports: { gateway: number; control: number }): string {
  return JSON.stringify({
    gateway: { port: ports.gateway },
    control: { port: ports.control },
    database,
    ...madeUpConfig(),
  });
}

/** The providers and chains of a made-up record; nobody is there to answer a call. */
export function madeUpConfig(): { providers: Record<string, object>; chains: Record<string, object> } {
  const price = { input: 0.3, cachedInput: 0.1, output: 1.2 };
  const provider = { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'bench', model: 'bench-model', price };
  const names = [...new Set(madeUpChains.flatMap(({ providers }) => providers))];
  return {
    providers: Object.fromEntries(names.map((name) => [name, provider])),
    chains: Object.fromEntries(madeUpChains.map(({ name, providers }) => [name, { providers }])),
  };
}
