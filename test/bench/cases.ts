import { browsing, liveTabs } from './beside.ts';
import type { Bounds } from './bounds.ts';
import type { Contender, Load, Side } from './measure.ts';
import { pagesOf } from './pages.ts';
import type { HostedRecloser } from './sides.ts';

/** Everything that runs while cases are measured. */
export interface Stage {
  provider: Side;
  proxy: Side;
  recloser: HostedRecloser;
  /** Null: it cannot be had here. */
  portkey: Side | null;
}

export interface Case<On = Stage> {
  /** For `--only`. */
  name: string;
  title: string;
  load: Load;
  contenders(stage: On): Contender[];
}

const kilobyte = 1_024;
const chunksAtLeast = 100;

const plainCases = [1, 100].flatMap((size) => [1, 32, 256].map((atOnce) => plainCase(size, atOnce)));
const streamCases = [100, 300, 500].map(streamCase);

export const cases: Case[] = [
  ...plainCases,
  {
    name: 'assembled-32',
    title: 'plain, put together from a stream, 32 at once',
    load: plain(kilobyte, 32, { max_tokens: 1 }),
    contenders: ({ proxy, recloser }) => [{ side: proxy }, { side: recloser.chain('assembled', 'recloser') }],
  },
  fallbackCase('open', 1),
  fallbackCase('open', 32),
  fallbackCase('failing', 1),
  fallbackCase('failing', 32),
  ...streamCases,
  {
    name: 'tabs-32',
    title: 'plain, 32 at once, while three live tabs are open',
    load: plain(kilobyte, 32),
    contenders: ({ recloser }) => [
      { side: recloser.side },
      { side: recloser.chain('plain', 'recloser, watched'), beside: liveTabs(recloser) },
    ],
  },
];

export const casesByName: ReadonlyMap<string, Case> = new Map(cases.map((each) => [each.name, each]));

/** Records that are browsed under load: each case has a process of its own, which goes on with such a record. */
export const browsedRecords = [
  { name: 'browsing-1m-32', requests: 1_000_000 },
  { name: 'browsing-10m-32', requests: 10_000_000 },
] as const;

export function browsingCase(name: string, bounds: Bounds): Case<Pick<Stage, 'recloser'>> {
  const pages = pagesOf(bounds);
  return {
    name,
    title: `plain, 32 at once, while three live tabs are open and an operator opens one page after the other of a record of ${bounds.count.toLocaleString('en')} requests`,
    load: plain(kilobyte, 32),
    contenders: ({ recloser }) => [
      { side: recloser.side },
      { side: recloser.chain('plain', 'recloser, browsed'), beside: browsing(recloser, pages) },
    ],
  };
}

function plainCase(size: number, atOnce: number): Case {
  return {
    name: `plain-${size}k-${atOnce}`,
    title: `plain, prompt of ${size} kB, ${atOnce} at once`,
    load: plain(size * kilobyte, atOnce),
    contenders: ({ provider, proxy, recloser, portkey }) => [
      { side: provider },
      { side: proxy },
      { side: recloser.side },
      ...(portkey ? [{ side: portkey }] : []),
    ],
  };
}

/** The first provider of the chain has an open circuit, or fails each time: what does the way past it cost? */
function fallbackCase(primary: 'open' | 'failing', atOnce: number): Case {
  return {
    name: `${primary}-${atOnce}`,
    title: `plain, first provider ${primary}, ${atOnce} at once`,
    load: plain(kilobyte, atOnce),
    contenders: ({ proxy, recloser }) => [
      { side: proxy },
      { side: recloser.side },
      { side: recloser.chain(primary, `recloser, first ${primary}`) },
    ],
  };
}

function streamCase(atOnce: number): Case {
  return {
    name: `streams-${atOnce}`,
    title: `streams of 100 chunks 20 ms apart, ${atOnce} at once`,
    load: { unit: 'chunk', atOnce, promptBytes: kilobyte, parameters: { stream: true }, events: chunksAtLeast },
    contenders: ({ provider, proxy, recloser, portkey }) => [
      { side: provider },
      { side: proxy },
      { side: recloser.side },
      ...(portkey ? [{ side: portkey }] : []),
    ],
  };
}

function plain(promptBytes: number, atOnce: number, parameters: Record<string, unknown> = {}): Load {
  return { unit: 'request', atOnce, promptBytes, parameters, events: null };
}
