import type { StoredAct } from '../../db/storage.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Operations } from './operations.ts';

/** How long an operator waits for the disk before hearing that an act is not on it yet. */
const diskPatienceMs = 1_000;

/**
 * Writes an act that has already taken effect. True: it is on disk. False: it was not within a second; that is logged,
 * and the storage goes on trying (or, when it gave the act up, the journal does). Never rejects.
 */
export async function writeAct(operations: Operations, act: StoredAct): Promise<boolean> {
  const { storage, clock, log } = operations;
  let late = false;
  const written = storage.act(act).then(
    () => {
      if (late) log.info({ audit: act.audit.id }, `The act "${act.audit.what}" is on disk now.`);
      return true;
    },
    (error: unknown) => {
      log.error({ audit: act.audit.id, error }, `The act "${act.audit.what}" took effect but could not be stored.`);
      giveToJournal(operations, act);
      return false;
    },
  );
  const first = await inTime(clock, written);
  if (first !== 'late') return first;
  late = true;
  log.error(
    { audit: act.audit.id, storage: storage.status() },
    `The act "${act.audit.what}" took effect but is not on disk yet; it will be written as soon as that is possible.`,
  );
  return false;
}

/** Whether sessions that have just ended are on the disk: true, or false after the same patience; they are written later then. */
export async function sessionsWritten(clock: Clock, sessions: { written(): Promise<void> }): Promise<boolean> {
  return (await inTime(clock, sessions.written())) !== 'late';
}

async function inTime<Result>(clock: Clock, written: Promise<Result>): Promise<Result | 'late'> {
  let timer: Timer | undefined;
  const patience = new Promise<'late'>((resolve) => {
    timer = clock.after(diskPatienceMs, () => resolve('late'));
  });
  const first = await Promise.race([written, patience]);
  timer?.cancel();
  return first;
}

function giveToJournal({ journal }: Operations, { event, stored, audit }: StoredAct): void {
  journal.audit(audit);
  if (event && stored) journal.transition(event, stored);
}
