import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { realClock } from '../../server/world.ts';
import { type Answered, startCallers } from './callers.ts';
import { folder, type Program, realSimulator, startProgram, writeConfig } from './program.ts';
import { seeded } from './traffic.ts';

/** Providers of the stage: one that is broken, one that is tripped and released all the time, one that answers. */
const chain = ['broken', 'tripped', 'well'];
/** From the first call to the kill. */
const moment = { leastMs: 150, mostMs: 1_500 };
/** What a kill may cost: finished requests of so long before it, and what a circuit came to in that time. */
export const lossMs = 200;
/** A deadline is stored as wall time, and is monotonic in the process. */
const deadlineMs = 50;
/** Between two looks at the circuits, two acts, and two looks at how late this process itself is. */
const paceMs = { look: 40, act: 60, lag: 5 };

/** What was seen of one life of the program, from outside. */
export interface Life {
  killedAt: number;
  answers: readonly Answered[];
  /** Acts by hand that were acknowledged as being on disk. */
  acts: { reason: string; entry: CircuitEntry }[];
  looks: { at: number; circuits: CircuitEntry[] }[];
  /** The longest that a timer of this process came late: so much may be the machine's doing. */
  lagMs: number;
}

/** What was found after it. */
export interface Found {
  integrity: unknown;
  /** Ids of answered requests that are not in the record, and how long before the kill the first of them was answered. */
  lost: string[];
  lostForMs: number;
  /** Reasons of acknowledged acts without an audit row. */
  lostActs: string[];
  /** Circuits that are not what they were last known to be, in words. */
  wrongCircuits: string[];
}

export interface Round {
  life: Life;
  found: Found;
}

/** Starts the program, loads it, and kills it at a moment drawn by `seed`; `rounds` times, on one record. */
export async function killRounds(seed: number, rounds: number): Promise<Round[]> {
  const random = seeded(seed);
  const simulator = await realSimulator(chain);
  await simulator.setFault('broken', '503');
  const path = await folder();
  const more = 'breaker: { failures: 2, open: 5m }';
  const config = await writeConfig(path, { simulator, chain, more });
  const done: Round[] = [];
  let program = await startProgram(config);
  for (let round = 0; round < rounds; round += 1) {
    const afterMs = moment.leastMs + random() * (moment.mostMs - moment.leastMs);
    const life = await live(program, afterMs, `round ${round}`);
    const record = readRecord(path, round, life);
    program = await startProgram(config);
    const { circuits } = await program.control.circuits.list.query();
    done.push({ life, found: { ...record, wrongCircuits: wrongCircuits(life, circuits) } });
  }
  return done;
}

async function live(program: Program, afterMs: number, name: string): Promise<Life> {
  const life: Life = { killedAt: 0, answers: [], acts: [], looks: [], lagMs: 0 };
  const isOver = () => life.killedAt > 0;
  const callers = startCallers(program);
  const others = [actAll(program, life, { name, isOver }), lookAll(program, life, isOver), measureLag(life, isOver)];
  await callers.more(1);
  await after(afterMs);
  life.killedAt = realClock.now();
  await program.end('SIGKILL');
  await Promise.all([...others, callers.stop()]);
  life.answers = callers.answers.filter(({ status }) => status === 200);
  return life;
}

/** Trips and releases the one, and closes the broken one, which opens again. */
async function actAll(
  { control }: Program,
  life: Life,
  { name, isOver }: { name: string; isOver: () => boolean },
): Promise<void> {
  for (let turn = 0; !isOver(); turn += 1) {
    const reason = `${name}, act ${turn}`;
    const acting = [
      () => control.circuits.trip.mutate({ provider: 'tripped', reason, for: '15m' }),
      () => control.circuits.release.mutate({ provider: 'tripped', reason }),
      () => control.circuits.reset.mutate({ provider: 'broken', reason }),
    ][turn % 3];
    const entry = await acting?.().catch(() => null);
    if (entry?.durable) life.acts.push({ reason, entry });
    await after(paceMs.act);
  }
}

async function lookAll({ control }: Program, life: Life, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const look = await control.circuits.list.query().catch(() => null);
    if (look) life.looks.push({ at: realClock.now(), circuits: look.circuits });
    await after(paceMs.look);
  }
}

async function measureLag(life: Life, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const began = realClock.now();
    await after(paceMs.lag);
    life.lagMs = Math.max(life.lagMs, realClock.now() - began - paceMs.lag);
  }
}

/** Of a copy, so that the next life finds what the kill left. */
function readRecord(path: string, round: number, life: Life): Omit<Found, 'wrongCircuits'> {
  const copy = join(path, `copy-${round}`);
  mkdirSync(copy);
  for (const end of ['', '-wal', '-shm']) {
    const file = `recloser.db${end}`;
    if (existsSync(join(path, file))) copyFileSync(join(path, file), join(copy, file));
  }
  const sqlite = new Database(join(copy, 'recloser.db'));
  const integrity = sqlite.pragma('integrity_check', { simple: true });
  const ids = new Set(sqlite.prepare('SELECT id FROM requests').pluck().all());
  const reasons = new Set(sqlite.prepare('SELECT reason FROM audit').pluck().all());
  sqlite.close();
  const lost = life.answers.filter(({ id }) => !ids.has(id));
  return {
    integrity,
    lost: lost.map(({ id }) => id),
    lostForMs: lost.length === 0 ? 0 : life.killedAt - Math.min(...lost.map(({ at }) => at)),
    lostActs: life.acts.map(({ reason }) => reason).filter((reason) => !reasons.has(reason)),
  };
}

/** A circuit may have gone on from what was last known of it, but not back, and not to another state of the same epoch. */
function wrongCircuits({ looks, acts, killedAt, lagMs }: Life, now: CircuitEntry[]): string[] {
  const seen = looks.filter(({ at }) => at < killedAt - lossMs - lagMs).flatMap(({ circuits }) => circuits);
  const known = [...seen, ...acts.map(({ entry }) => entry)];
  return now.flatMap((entry) => {
    const last = known
      .filter(({ provider }) => provider === entry.provider)
      .reduce<CircuitEntry | null>((newest, each) => (newest && newest.epoch >= each.epoch ? newest : each), null);
    if (!last || entry.epoch > last.epoch || (entry.epoch === last.epoch && isSame(entry, last))) return [];
    return [`${entry.provider}: was ${JSON.stringify(last)}, is ${JSON.stringify(entry)}`];
  });
}

function isSame(one: CircuitEntry, other: CircuitEntry): boolean {
  const isNear = Math.abs((one.until ?? 0) - (other.until ?? 0)) < deadlineMs;
  return isNear && one.state === other.state && one.cause === other.cause && one.reason === other.reason;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void realClock.after(ms, resolve));
}
