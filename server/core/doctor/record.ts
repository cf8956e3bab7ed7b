import type { DatabaseFacts, DatabaseState, DoctorFacts } from './facts.ts';
import { type Finding, good, type Mark, sizeWords } from './finding.ts';

/** With less, the record soon stops. */
const leastFreeBytes = 200e6;
/** With less, somebody should look. */
const fewFreeBytes = 2e9;
/** A log is cut back to 64 MB after each checkpoint; one of this size has had none for long. */
const longLogBytes = 256e6;

/** The database and the disk it is on. */
export function recordFindings({ database, disk }: DoctorFacts): Finding[] {
  if (database === null) return [];
  return [databaseFinding(database), ...moreOf(database), ...diskFinding(disk, database)];
}

const remedies: Record<Exclude<DatabaseState, 'new' | 'good'>, { mark: Mark; remedy: string }> = {
  memory: { mark: 'caution', remedy: 'Set `database` to a path, unless this is only to try something.' },
  unwritable: {
    mark: 'bad',
    remedy: 'Give the user that runs Recloser the right to write there, or name another file as `database`.',
  },
  unusable: { mark: 'bad', remedy: 'Run the version that wrote it, or name another file as `database`.' },
  damaged: {
    mark: 'bad',
    remedy: 'Stop Recloser, keep the file aside, and put your last backup in its place (README, "Backups").',
  },
  locked: { mark: 'caution', remedy: 'See which other program has it open, and end that.' },
};

function databaseFinding({ state, path, problem, bytes }: DatabaseFacts): Finding {
  const check = 'database';
  if (state === 'new') return good(check, `${path} is not there yet, and can be made.`);
  if (state === 'good') return good(check, `${path} (${sizeWords(bytes)}) is whole and can be written.`);
  const says =
    state === 'memory' ? 'The record is kept in memory: a restart forgets all.' : `${path}: ${problem ?? state}`;
  return { check, says, ...remedies[state] };
}

function moreOf({ state, pending, logBytes, bytes }: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  if (state === 'good' && pending > 0) {
    findings.push({
      ...{ check: 'migrations', mark: 'note' },
      says: `The next start changes its tables (${pending} ${pending === 1 ? 'step' : 'steps'}), after copying it beside itself (${sizeWords(bytes)}).`,
      remedy: 'Nothing to do; to go back to the version before, put that copy in its place.',
    });
  } else if (state === 'good') findings.push(good('migrations', 'Its tables are those of this version.'));
  if (logBytes > longLogBytes) {
    findings.push({
      ...{ check: 'log', mark: 'caution', says: `The log beside it has grown to ${sizeWords(logBytes)}.` },
      remedy: 'A program that reads the database for long keeps it from being cut back: end that, or restart Recloser.',
    });
  }
  return findings;
}

function diskFinding(disk: DoctorFacts['disk'], { bytes, state, pending }: DatabaseFacts): Finding[] {
  if (disk === null || state === 'memory') return [];
  const check = 'disk';
  const { freeBytes, path } = disk;
  const free = `${sizeWords(freeBytes)} are free at ${path}`;
  const remedy = 'Make room, keep less (`retention`), or name a file on another disk as `database`.';
  if (freeBytes < leastFreeBytes) return [{ check, mark: 'bad', says: `Only ${free}.`, remedy }];
  if (pending > 0 && freeBytes < bytes + leastFreeBytes) {
    const says = `${free}: not enough for the copy of ${sizeWords(bytes)} that is made before the tables change.`;
    return [{ check, mark: 'bad', says, remedy: 'Make room for it before the next start.' }];
  }
  if (freeBytes < fewFreeBytes) return [{ check, mark: 'caution', says: `Only ${free}.`, remedy }];
  return [good(check, `${free}.`)];
}
