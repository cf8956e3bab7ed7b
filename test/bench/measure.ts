import type { Order, Tally } from './load.ts';
import { type Process, pause } from './processes.ts';

export interface Side {
  name: 'proxy' | 'recloser';
  process: Process;
  origin: string;
}

/** One kind of load, the same for both sides. */
export interface Scenario {
  name: string;
  /** What the processor time is divided by. */
  unit: 'request' | 'chunk';
  atOnce: number;
  body: string;
  /** Events each answer must hold at least; null: not streamed. */
  events: number | null;
}

/** One run of one side. */
export interface Run {
  perSecond: number;
  /** Processor time of the measured process for each request or chunk, in µs; null where the system does not say. */
  cpuUs: number | null;
  /** Share of one core that it kept busy. */
  busy: number | null;
  p50Ms: number;
  p99Ms: number;
  count: number;
}

/** A number as its median and its spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface Result {
  scenario: string;
  unit: Scenario['unit'];
  atOnce: number;
  proxy: Run[];
  recloser: Run[];
  /** Recloser's over the proxy's: the ratio of medians, and the spread of the ratios of the pairs. */
  throughput: Spread;
  cpu: Spread | null;
}

export interface Plan {
  pairs: number;
  runMs: number;
  warmUpMs: number;
}

/** Work that ends after the last answer, such as the writing of records, belongs to the run: it is waited for. */
const settleMs = 300;

/** Warms both sides up, then runs them in turn, so that what changes on the machine meanwhile meets both. */
export async function measure(
  scenario: Scenario,
  sides: [Side, Side],
  given: { plan: Plan; load: Process },
): Promise<Result> {
  const runs: Record<Side['name'], Run[]> = { proxy: [], recloser: [] };
  for (const side of sides) await runOnce(scenario, side, { load: given.load, ms: given.plan.warmUpMs });
  for (let pair = 0; pair < given.plan.pairs; pair += 1) {
    for (const side of sides)
      runs[side.name].push(await runOnce(scenario, side, { load: given.load, ms: given.plan.runMs }));
  }
  const cpu = (side: Side['name']) => runs[side].map(({ cpuUs }) => cpuUs).filter((value) => value !== null);
  const known = cpu('proxy').length === given.plan.pairs && cpu('recloser').length === given.plan.pairs;
  return {
    scenario: scenario.name,
    unit: scenario.unit,
    atOnce: scenario.atOnce,
    ...runs,
    throughput: ratio(
      runs.recloser.map(({ perSecond }) => perSecond),
      runs.proxy.map(({ perSecond }) => perSecond),
    ),
    cpu: known ? ratio(cpu('recloser'), cpu('proxy')) : null,
  };
}

async function runOnce(scenario: Scenario, side: Side, given: { load: Process; ms: number }): Promise<Run> {
  const order: Order = {
    origin: side.origin,
    body: scenario.body,
    atOnce: scenario.atOnce,
    ms: given.ms,
    events: scenario.events,
  };
  const cpuBefore = side.process.cpuMs();
  const answer = given.load.message<Tally>();
  given.load.child.send(order);
  const tally = await answer;
  await pause(settleMs);
  const cpuAfter = side.process.cpuMs();
  if (tally.wrong > 0) {
    throw new Error(
      `${side.name}, ${scenario.name}: ${tally.wrong} of ${tally.requests} answers were wrong: ${tally.firstWrong}`,
    );
  }
  const count = scenario.unit === 'chunk' ? tally.events : tally.requests;
  const cpuMs = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
  return {
    perSecond: (count * 1_000) / tally.ms,
    cpuUs: cpuMs === null ? null : (cpuMs * 1_000) / count,
    busy: cpuMs === null ? null : cpuMs / tally.ms,
    p50Ms: tally.p50Ms,
    p99Ms: tally.p99Ms,
    count,
  };
}

/** The ratio of the medians of `ours` and `theirs`, with the least and the greatest ratio of the pairs. */
export function ratio(ours: number[], theirs: number[]): Spread {
  const pairs = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  return { median: median(ours) / median(theirs), min: Math.min(...pairs), max: Math.max(...pairs) };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
