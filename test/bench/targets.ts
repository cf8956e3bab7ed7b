import { Reader, type Results } from './results.ts';
import type { Spread } from './statistics.ts';

/** One line of what was to be reached. */
export interface Target {
  key: string;
  measure: string;
  target: string;
  /** The figures, in words; null: not measured. */
  figures: string | null;
  met: boolean | null;
}

const proxied: [string, string] = ['recloser', 'proxy'];
/** Chunks are counted where the core has room for both sides. */
const chunkCase = 'streams-300';
const fullCase = 'streams-500';

/** The table of what was to be reached, each line with what was measured. */
export function targetsOf(results: Results): Target[] {
  const read = new Reader(results);
  return [...plainTargets(read), ...streamTargets(read), ...besideTargets(read)];
}

function plainTargets(read: Reader): Target[] {
  return [
    atMost(
      read.ratio('plain-1k-32', proxied, ({ cpuUs }) => cpuUs),
      1.25,
      {
        key: 'processor',
        measure: 'processor time a request, whole process, 1 kB, 32 at once, over the proxy’s',
      },
    ),
    atLeast(
      read.ratio('plain-1k-32', proxied, ({ perSecond }) => perSecond),
      0.85,
      {
        key: 'requests',
        measure: 'requests a second, the same, over the proxy’s',
      },
    ),
    atMost(inUs(read.difference('plain-1k-1', proxied, ({ p50Ms }) => p50Ms)), 80, {
      key: 'added',
      measure: 'p50 one at a time, more than the proxy’s, µs',
    }),
    atMost(
      read.ratio('plain-1k-32', proxied, ({ p99Ms }) => p99Ms),
      1.3,
      {
        key: 'tail',
        measure: 'p99 at 32, over the proxy’s',
      },
    ),
    atLeast(
      read.ratio('plain-1k-32', ['recloser', 'portkey'], ({ perSecond }) => perSecond),
      10,
      {
        key: 'portkey',
        measure: 'plain requests a second, over Portkey’s gateway',
      },
    ),
    atMost(addedOverPortkey(read), 0.1, {
      key: 'portkeyAdded',
      measure: 'time added to the provider’s own p50, one at a time, over what Portkey’s gateway adds',
    }),
  ];
}

function streamTargets(read: Reader): Target[] {
  return [
    atMost(
      read.ratio(chunkCase, proxied, ({ cpuUs }) => cpuUs),
      1.15,
      {
        key: 'chunk',
        measure: 'processor time a relayed chunk, 300 streams, over the proxy’s',
      },
    ),
    fiveHundred(read),
    atMost(single(read.memory('recloser', ({ idleMb }) => idleMb)), 130, {
      key: 'idle',
      measure: 'memory when idle, MB',
    }),
    atMost(memoryRatio(read), 1.3, { key: 'stream', measure: 'memory an open stream, over the proxy’s' }),
  ];
}

function besideTargets(read: Reader): Target[] {
  return [
    atMost(inUs(read.difference('open-1', ['recloser, first open', 'recloser'], ({ p50Ms }) => p50Ms)), 50, {
      key: 'open',
      measure: 'an open circuit on the way adds to the p50, µs',
    }),
    atMost(
      read.ratio('browsing-1m-32', ['recloser, browsed', 'recloser'], ({ p99Ms }) => p99Ms),
      1.2,
      {
        key: 'browsing',
        measure: 'p99 while three tabs are live and an operator browses a million rows, over the same without',
      },
    ),
  ];
}

type Named = Pick<Target, 'key' | 'measure'>;

function atMost(value: Spread | null, most: number, named: Named): Target {
  return { ...named, target: `≤ ${most}`, figures: value && shown(value), met: value && value.median <= most };
}

function atLeast(value: Spread | null, least: number, named: Named): Target {
  return { ...named, target: `≥ ${least}`, figures: value && shown(value), met: value && value.median >= least };
}

function fiveHundred(read: Reader): Target {
  const failure = read.failure(fullCase, 'recloser');
  const busy = read.median(fullCase, 'recloser', (run) => run.busy);
  const gap = read.median(fullCase, 'recloser', (run) => run.gapP999Ms);
  const first = read.difference(fullCase, ['recloser', 'provider'], (run) => run.firstP99Ms)?.median ?? null;
  const known = busy !== null && gap !== null && first !== null;
  const figures = known
    ? `all whole, ${(busy * 100).toFixed(0)} % of the core, gap ${gap.toFixed(0)} ms, first token ${first.toFixed(1)} ms later`
    : failure;
  return {
    key: 'streams',
    measure: '500 streams at 20 ms: share of the core, p99.9 of the gaps, p99 of what is added to the first token',
    target: 'all whole, ≤ 90 %, ≤ 60 ms, ≤ 5 ms',
    figures,
    met: figures === null ? null : known && busy <= 0.9 && gap <= 60 && first <= 5,
  };
}

function addedOverPortkey(read: Reader): Spread | null {
  const ours = read.difference('plain-1k-1', ['recloser', 'provider'], ({ p50Ms }) => p50Ms);
  const theirs = read.difference('plain-1k-1', ['portkey', 'provider'], ({ p50Ms }) => p50Ms);
  return ours && theirs && single(ours.median / theirs.median);
}

function memoryRatio(read: Reader): Spread | null {
  const ours = read.memory('recloser', ({ perStreamKb }) => perStreamKb);
  const theirs = read.memory('proxy', ({ perStreamKb }) => perStreamKb);
  return ours === null || theirs === null ? null : single(ours / theirs);
}

function single(value: number | null): Spread | null {
  return value === null ? null : { median: value, min: value, max: value };
}

function inUs(ms: Spread | null): Spread | null {
  return ms && { median: ms.median * 1_000, min: ms.min * 1_000, max: ms.max * 1_000 };
}

function shown({ median, min, max }: Spread): string {
  const digits = Math.abs(median) >= 20 ? 0 : 2;
  const range = min === max ? '' : ` (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  return `${median.toFixed(digits)}${range}`;
}
