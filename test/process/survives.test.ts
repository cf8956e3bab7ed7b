import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { metric, readiness, recordedIds } from '../support/callers.ts';
import { until } from '../support/program.ts';
import {
  crowd,
  type Fault,
  fewFiles,
  type Ground,
  openStage,
  ownMachine,
  plainGround,
  type Stage,
  seenBy,
  setNames,
  smallHeap,
  startHeavy,
  warningsOf,
} from '../support/survive.ts';

/**
 * The table of faults survived: of the machine beneath the built program, under load. Through each of them every caller is
 * answered, the log says once what is wrong, and when it is over the record has everything that the program does not itself
 * count as lost. SIGTERM under 200 open streams is in `stop.test.ts`, SIGKILL in `kill.test.ts`.
 */
/** Requests whose attempt at the first provider came to no connection. */
const notReached = { provider: 'first', failureKind: 'connect', limit: 1 };
const lateAct = /^The act "circuits.trip" took effect but is not on disk yet/;
const faults = {
  diskFull: {
    name: 'the disk full, of the record and of the log',
    make: async ({ program, database }) => {
      const ballast = seenBy(program, join(dirname(database), 'ballast'));
      fill(ballast);
      return () => rmSync(ballast);
    },
    says: [/^The disk is full/, lateAct],
    degrades: true,
    meanwhile: actIsLate,
    afterwards: actIsThere,
  },
  namesGone: {
    name: 'no name resolved any more',
    make: async ({ path, simulator }) => {
      setNames(path, false);
      // What is connected stays so: connections are broken off, and new ones are to be made.
      await simulator.setFault('first', 'refuse');
      await simulator.setFault('first', 'ok');
      const reached = simulator.calls('first').length;
      return () => {
        expect(simulator.calls('first')).toHaveLength(reached);
        setNames(path, true);
      };
    },
    says: [],
    degrades: false,
    async meanwhile({ program }) {
      await until(async () => {
        const { state, cause } = await program.circuit('first');
        return state === 'open' && cause === 'failures';
      });
      await until(async () => (await program.control.requests.list.query(notReached)).rows.length > 0);
    },
    afterwards: ({ program }) => until(async () => (await program.circuit('first')).state === 'closed'),
  },
  locked: {
    name: 'the database locked by another program',
    make: async ({ database }) => {
      const other = new Database(database);
      other.exec('BEGIN EXCLUSIVE');
      return () => void other.close();
    },
    says: [/is locked by another program/, lateAct],
    degrades: true,
    meanwhile: actIsLate,
    afterwards: actIsThere,
  },
  deleted: {
    name: 'the file of the database deleted',
    make: async ({ database }) => {
      for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
      return () => {};
    },
    says: [/was gone: it was written anew with everything in it/],
    degrades: true,
  },
  writerKilled: {
    name: 'the writing thread of the storage killed',
    make: async ({ program }) => {
      await program.inside('endThread', 'writer');
      return () => {};
    },
    says: [/^The writer of the database ended .*; it is started again/],
    degrades: false,
  },
  readerKilled: {
    name: 'the reading thread of the storage killed',
    make: async ({ program }) => {
      await program.inside('endThread', 'reader');
      return () => {};
    },
    says: [/^The reader of the database ended .*; it is started again/],
    degrades: false,
    afterwards: ({ program }) => until(async () => (await readiness(program)).status === 'ok'),
  },
  clockSet: {
    name: 'the clock set an hour forward, and two back',
    make: async ({ program, callers }) => {
      await program.inside('setClock', 3_600_000);
      await callers.more(30);
      await program.inside('setClock', -3_600_000);
      return async () => void (await program.inside('setClock', 0));
    },
    says: [],
    degrades: false,
  },
  connectionsTaken: {
    name: 'every connection taken, of callers and of dashboards',
    make: async ({ program }) => {
      const crowds = [crowd(program.gatewayUrl, 400), crowd(program.dashboard, 400)];
      return () => {
        for (const each of crowds) each.leave();
      };
    },
    says: [/^Callers have as many connections as they may/, /^The control plane has as many connections/],
    degrades: false,
  },
  filesUsedUp: {
    name: 'file descriptors used up',
    make: async ({ program }) => {
      expect(await program.inside('takeFiles', null)).toBeGreaterThan(100);
      return async () => void (await program.inside('giveFilesBack', null));
    },
    says: [],
    degrades: false,
  },
  memoryShort: {
    name: 'more of large bodies than the memory holds',
    async make({ program }) {
      const says = (content: string) => ({ messages: [{ role: 'user', content }] });
      const large = Array.from({ length: 3 }, () => says('x'.repeat(3_000_000)));
      const objects = { ...says('hi'), metadata: Array.from({ length: 200_000 }, () => ({})) };
      const heavy = startHeavy(program, [...large, objects]);
      return async () => expect([...(await heavy.stop())].sort()).toEqual([200, 413, 503]);
    },
    says: [],
    degrades: false,
  },
} satisfies Record<string, Fault>;

/** The deleted file last: that it was written anew is told for half a minute. */
const table: { ground: Ground; made: Fault[] }[] = [
  { ground: ownMachine(), made: [faults.namesGone, faults.diskFull] },
  { ground: smallHeap(64), made: [faults.memoryShort] },
  { ground: fewFiles(450), made: [faults.connectionsTaken, faults.filesUsedUp] },
  {
    ground: plainGround,
    made: [faults.locked, faults.writerKilled, faults.readerKilled, faults.clockSet, faults.deleted],
  },
];

for (const { ground, made } of table) {
  const names = made.map(({ name }) => name).join('; ');
  const leftOut = ground.missing === null ? '' : ` (left out: ${ground.missing})`;
  test.skipIf(ground.missing !== null)(`everybody is answered through: ${names}${leftOut}`, async () => {
    const stage = await openStage(ground);
    await stage.callers.more(10);
    for (const fault of made) {
      expect(await outlive(stage, fault), fault.name).toEqual({
        unanswered: [],
        missing: 0,
        unsaid: [],
        saidAgain: [],
      });
    }
  });
}

/** Makes one fault and ends it; what came of it. */
async function outlive(stage: Stage, fault: Fault) {
  const { program, callers } = stage;
  const before = { answers: callers.answers.length, log: stage.log().length };
  const end = await fault.make(stage);
  if (fault.degrades) await until(async () => (await readiness(program)).status === 'degraded');
  await callers.more(25);
  await fault.meanwhile?.(stage);
  await end();
  await callers.more(10);
  await fault.afterwards?.(stage);
  const answers = callers.answers.slice(before.answers);
  const unanswered = answers.filter(({ status }) => status !== 200);
  const missing = async () => {
    const recorded = await recordedIds(program);
    const lost = answers.filter(({ id }) => !recorded.has(id)).length;
    return lost - (await metric(program, 'recloser_record_lost_total'));
  };
  await until(async () => (await missing()) <= 0);
  const said = warningsOf(stage.log().slice(before.log));
  const unsaid = fault.says.filter((sentence) => !said.some((each) => sentence.test(each)));
  const saidAgain = said.filter((sentence, at) => said.indexOf(sentence) !== at);
  return { unanswered, missing: await missing(), unsaid, saidAgain };
}

/** Writes until there is no room for a byte. */
function fill(path: string): void {
  for (let size = 1_000_000; size >= 1; size = Math.floor(size / 10)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Less still fits.
    }
  }
}

/** An act by hand takes effect, and its answer says that it is not on the disk. */
async function actIsLate({ program }: Stage): Promise<void> {
  const acted = await program.control.circuits.trip.mutate({ provider: 'first', reason: 'meanwhile', for: '15m' });
  expect(acted).toMatchObject({ state: 'tripped', durable: false });
}

async function actIsThere({ program }: Stage): Promise<void> {
  await until(async () => {
    const { rows } = await program.control.audit.list.query({});
    return rows.some(({ reason }) => reason === 'meanwhile');
  });
  await program.control.circuits.release.mutate({ provider: 'first', reason: 'over' });
}
