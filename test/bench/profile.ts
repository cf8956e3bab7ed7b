import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Load } from './measure.ts';
import { runOnce, warm } from './measure.ts';
import type { Process } from './processes.ts';
import type { Hosted } from './sides.ts';

/** Where the main thread's time goes, by what the code belongs to. */
export interface Profile {
  load: string;
  side: string;
  /** Each with its share of the time that was not idle, the greatest first. */
  shares: { part: string; share: number }[];
  /** Functions with the greatest share of their own. */
  hottest: { name: string; share: number }[];
}

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame }[];
  samples: number[];
  timeDeltas: number[];
  /** µs */
  startTime: number;
  endTime: number;
}

const hottestCount = 15;

/** Runs one load at a process of its own that writes a profile when it ends. */
export async function measureProfile(
  given: { load: Load; title: string; ms: number; generator: Process },
  start: (flags: string[]) => Promise<Hosted>,
): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'recloser-bench-profile-'));
  try {
    const side = await run(given, await start(['--cpu-prof', `--cpu-prof-dir=${folder}`]));
    return { load: given.title, side, ...summed(readMain(folder), given.ms) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(given: { load: Load; ms: number; generator: Process }, started: Hosted): Promise<string> {
  await using hosted = started;
  const run = (ms: number) => runOnce(given.load, { side: hosted.side }, { ...given, ms });
  await warm(given.load, { warmUpMs: given.ms }, run);
  await run(given.ms);
  return hosted.side.name;
}

/** Each thread writes one; the main thread's is the one with number 0. */
function readMain(folder: string): CpuProfile {
  const file = readdirSync(folder).find((name) => /^CPU\.\d+\.\d+\.\d+\.0\.\d+\.cpuprofile$/.test(name));
  if (file === undefined) throw new Error(`No profile of the main thread was written to ${folder}.`);
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/** Of the last `ms`: before them are the start of the process, and code that was not compiled yet. */
function summed(
  { nodes, samples, timeDeltas, endTime, startTime }: CpuProfile,
  ms: number,
): Pick<Profile, 'shares' | 'hottest'> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, { ...callFrame, url: sourceOf(callFrame) }]));
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let all = 0;
  let at = startTime;
  for (const [place, id] of samples.entries()) {
    const frame = frames.get(id);
    const us = timeDeltas[place] ?? 0;
    at += us;
    if (at < endTime - ms * 1_000 || !frame || frame.functionName === '(idle)' || frame.functionName === '(root)')
      continue;
    all += us;
    add(parts, partOf(frame.functionName, frame.url), us);
    add(functions, `${frame.functionName || '(anonymous)'} ${shortened(frame.url)}`.trim(), us);
  }
  const ranked = (times: Map<string, number>) => [...times].sort((a, b) => b[1] - a[1]);
  return {
    shares: ranked(parts).map(([part, us]) => ({ part, share: us / all })),
    hottest: ranked(functions)
      .slice(0, hottestCount)
      .map(([name, us]) => ({ name, share: us / all })),
  };
}

function add(times: Map<string, number>, key: string, us: number): void {
  times.set(key, (times.get(key) ?? 0) + us);
}

/** Maps of built files to their sources, by file. */
const maps = new Map<string, SourceMap>();

/** The source that a place in a built file was made of. */
function sourceOf({ url, lineNumber, columnNumber }: CallFrame): string {
  if (!/\/dist\/server\/[^/]+\.js$/.test(url)) return url;
  const map = maps.get(url) ?? new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  maps.set(url, map);
  const entry = map.findEntry(lineNumber, columnNumber);
  return 'originalSource' in entry ? entry.originalSource.replace(/^(moved\/)?(\.\.\/)+/, '/') : url;
}

function partOf(name: string, url: string): string {
  if (name === '(garbage collector)') return 'garbage collection';
  if (url === '' || name === '(program)') return 'native code: the system, parsers, JSON';
  const own = /^\/((?:server|db)\/[A-Za-z]+)/.exec(url)?.[1];
  if (own) return own;
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency) return dependency;
  return url.startsWith('node:') ? `node: ${nodePartOf(url)}` : 'proxy';
}

function nodePartOf(url: string): string {
  if (/_http_|internal\/http/.test(url)) return 'http';
  if (/stream|net\b|stream_base/.test(url)) return 'sockets and streams';
  if (/timers/.test(url)) return 'timers';
  return 'else';
}

function shortened(url: string): string {
  return url.replace(/^.*\/(?=(server|db|node_modules|test)\/)/, '');
}
