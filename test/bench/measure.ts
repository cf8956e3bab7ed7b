import type { Order, Report, Tally } from './load.ts';
import type { Cpu, Process } from './processes.ts';

/** Who is measured: an address to ask, and the process whose time counts; null: none, the provider itself is asked. */
export interface Side {
  name: string;
  process: Process | null;
  origin: string;
  path: string;
  headers: Record<string, string>;
  /** What it calls the model. */
  model: string;
}

/** One kind of load, the same for all sides. */
export interface Load {
  /** What the processor time is divided by. */
  unit: 'request' | 'chunk';
  atOnce: number;
  promptBytes: number;
  /** Parameters beside model and messages. */
  parameters: Record<string, unknown>;
  /** Events each answer must hold at least; null: not streamed. */
  events: number | null;
}

/** One run of one side. Processor times in µs for each request or chunk; null where there is no process, or the system does not say. */
export interface Run extends Tally {
  perSecond: number;
  cpuUs: number | null;
  /** Of the main thread alone. */
  mainUs: number | null;
  /** Share of one core that it kept busy. */
  busy: number | null;
}

export interface Plan {
  rounds: number;
  runMs: number;
  /** One run to warm up; as many as make a side warm come before the first that counts. */
  warmUpMs: number;
}

/** A side is warm when it has done so much, or has been asked so often: code is compiled by use, not by time. */
const warmCounts = { request: 5_000, chunk: 30_000 };
const warmUpsMax = 5;

/** The numbers of one side of a case, by round. */
export interface Sided {
  side: string;
  runs: Run[];
  /** Why it could not be measured, or null: what one side cannot do is told, and ends nothing. */
  failed: string | null;
}

/** What is to be done beside the load of one side: begun before each of its runs, ended after it. */
export type Beside = () => Promise<AsyncDisposable>;

export interface Contender {
  side: Side;
  beside?: Beside;
}

/** How long a stream of the provider takes: the callers begin one after the other over this time. */
const rampMs = 2_000;

/** Warms all sides up, then runs them in turn, so that what changes on the machine meanwhile meets all. */
export async function measure(
  load: Load,
  contenders: Contender[],
  given: { plan: Plan; generator: Process },
): Promise<Sided[]> {
  const { plan, generator } = given;
  const entries = contenders.map((contender) => {
    const sided: Sided = { side: contender.side.name, runs: [], failed: null };
    return { contender, sided };
  });
  const run = async ({ contender, sided }: (typeof entries)[number], ms: number): Promise<Run | null> => {
    if (sided.failed !== null) return null;
    try {
      return await runOnce(load, contender, { generator, ms });
    } catch (error) {
      sided.failed = error instanceof Error ? error.message : String(error);
      return null;
    }
  };
  for (const entry of entries) {
    await warm(load, plan, (ms) => run(entry, ms));
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    // Each goes first in its turn.
    const first = round % entries.length;
    for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
      const one = await run(entry, plan.runMs);
      if (one) entry.sided.runs.push(one);
    }
  }
  return entries.map(({ sided }) => sided);
}

/** Runs until a side is warm. */
export async function warm(
  load: Load,
  plan: Pick<Plan, 'warmUpMs'>,
  run: (ms: number) => Promise<Run | null>,
): Promise<void> {
  let count = 0;
  for (let times = 0; times < warmUpsMax && count < warmCounts[load.unit]; times += 1) {
    const one = await run(plan.warmUpMs);
    if (!one) return;
    count += load.unit === 'chunk' ? one.events : one.requests;
  }
}

/** One run of one side. Throws where an answer was not whole. */
export async function runOnce(
  load: Load,
  contender: Contender,
  given: { generator: Process; ms: number },
): Promise<Run> {
  const { side } = contender;
  await using _beside = await contender.beside?.();
  const { generator } = given;
  const times: (Cpu | null)[] = [];
  const tally = generator.until((report: Report) => {
    if (report.now === 'over') return report.tally;
    times.push(side.process?.cpu() ?? null);
    return undefined;
  });
  generator.child.send(orderOf(load, side, given.ms));
  return runOf(load, await tally, { before: times[0] ?? null, after: times[1] ?? null });
}

function orderOf(load: Load, side: Side, ms: number): Order {
  const messages = [{ role: 'user', content: 'word '.repeat(load.promptBytes).slice(0, load.promptBytes) }];
  return {
    origin: side.origin,
    path: side.path,
    headers: side.headers,
    body: JSON.stringify({ model: side.model, messages, ...load.parameters }),
    atOnce: load.atOnce,
    ms,
    rampMs: load.unit === 'chunk' ? rampMs : 0,
    events: load.events,
  };
}

function runOf(load: Load, tally: Tally, of: { before: Cpu | null; after: Cpu | null }): Run {
  const { before, after } = of;
  if (tally.wrong > 0) {
    throw new Error(`${tally.wrong} answers were not whole; the first: ${tally.firstWrong?.trim()}`);
  }
  const count = load.unit === 'chunk' ? tally.events : tally.requests;
  const known = before !== null && after !== null;
  const allMs = known ? after.allMs - before.allMs : null;
  const mainMs = known ? after.mainMs - before.mainMs : null;
  return {
    ...tally,
    perSecond: (count * 1_000) / tally.ms,
    cpuUs: allMs === null ? null : (allMs * 1_000) / count,
    mainUs: mainMs === null ? null : (mainMs * 1_000) / count,
    busy: allMs === null ? null : allMs / tally.ms,
  };
}
