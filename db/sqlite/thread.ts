import { constants, getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { loadZones } from '../../server/core/savings/days.ts';
import { StorageError } from '../storage.ts';
import { storageError } from './errors.ts';
import { type DatabaseFile, fileAt, openFile, reopenFile } from './file.ts';
import type { Message, OpenAsk, Reply, Role, Verb, Verbs } from './messages.ts';
import { addUpSkips } from './statements/addUpSkips.ts';
import { listAlerts, readAlerts, writeAlerts } from './statements/alerts.ts';
import { listBillingShares } from './statements/billingShares.ts';
import { countAudit } from './statements/countAudit.ts';
import { countOlder } from './statements/countOlder.ts';
import { countRequests } from './statements/countRequests.ts';
import { countSavings } from './statements/countSavings.ts';
import { getRequest } from './statements/getRequest.ts';
import { getIncident, listIncidents } from './statements/incidents.ts';
import { lastProbes } from './statements/lastProbes.ts';
import { letGo } from './statements/letGo.ts';
import { listAccess } from './statements/listAccess.ts';
import { listAttempts } from './statements/listAttempts.ts';
import { getAudit, listAudit } from './statements/listAudit.ts';
import { listEvents } from './statements/listEvents.ts';
import { listKept } from './statements/listKept.ts';
import { listChainMinutes, listProviderMinutes } from './statements/listMinutes.ts';
import { listProbes } from './statements/listProbes.ts';
import { listRequests } from './statements/listRequests.ts';
import { listSessions } from './statements/listSessions.ts';
import { mostCarried } from './statements/mostCarried.ts';
import { readIncident } from './statements/readIncident.ts';
import { readMinutes, readTransitions } from './statements/readTrouble.ts';
import { restore } from './statements/restore.ts';
import { rollUp } from './statements/rollUp.ts';
import { rolledUpTo } from './statements/shown.ts';
import { spentBetween } from './statements/spentBetween.ts';
import { appendBatch, writeAct } from './statements/write.ts';
import { writeIncidents, writeNote } from './statements/writeIncidents.ts';
import { writeSessions } from './statements/writeSessions.ts';

/** A storage thread: one connection, one message after the other. SQLite blocks this thread and no other. */

type Answers = { [V in Verb]: (ask: Verbs[V]['ask']) => Verbs[V]['answer'] };

let open: DatabaseFile | null = null;
let path = '';

const answers: Answers = {
  open(ask) {
    path = ask.path;
    giveWay(ask.role);
    const opened = openFile(ask);
    open = opened.file;
    // Now, and not while a page waits for its days.
    if (ask.role === 'reader') setImmediate(loadZones);
    return { backup: opened.backup, saved: false };
  },
  check: () => fileAt(database()),
  reopen(ask: OpenAsk) {
    const opened = reopenFile(database(), ask);
    open = opened.file;
    return { backup: opened.backup, saved: opened.saved };
  },
  append(batch) {
    appendBatch(database(), batch);
    return null;
  },
  act(act) {
    writeAct(database(), act);
    return null;
  },
  restore: (node) => restore(database().orm, node),
  listRequests: (filter) => listRequests(database().orm, filter),
  countRequests: (filter) => countRequests(database().orm, filter),
  getRequest: (id) => getRequest(database().orm, id),
  listEvents: (filter) => listEvents(database().orm, filter),
  listAudit: (filter) => listAudit(database().orm, filter),
  countAudit: (filter) => countAudit(database().orm, filter),
  getAudit: (id) => getAudit(database().orm, id),
  listChainMinutes: (filter) => listChainMinutes(database().orm, filter),
  listProviderMinutes: (filter) => listProviderMinutes(database().orm, filter),
  countOlder: (limit) => countOlder(database(), limit),
  rollUp: (before) => rollUp(database(), before),
  addUpSkips: (limit) => addUpSkips(database(), limit),
  listAttempts: (filter) => listAttempts(database().orm, filter),
  listProbes: (filter) => listProbes(database().orm, filter),
  lastProbes: () => lastProbes(database().orm),
  mostCarried: (span) => mostCarried(database().orm, span),
  spentBetween: (span) => spentBetween(database().orm, span),
  countSavings: (span) => countSavings(database().orm, span),
  listBillingShares: () => listBillingShares(database().orm),
  listSessions: (now) => listSessions(database().orm, now),
  listAccess: () => listAccess(database().orm),
  writeSessions(change) {
    writeSessions(database(), change);
    return null;
  },
  readAlerts: () => readAlerts(database().orm),
  writeAlerts(change) {
    writeAlerts(database(), change);
    return null;
  },
  listAlerts: (limit) => listAlerts(database().orm, limit),
  listIncidents: (filter) => listIncidents(database().orm, filter),
  getIncident: (id) => getIncident(database().orm, id),
  writeIncidents({ incidents, toldUntil }) {
    writeIncidents(database(), incidents, toldUntil);
    return null;
  },
  incidentsToldUntil: () => rolledUpTo(database().orm, 'incidents')() || null,
  writeNote: (note) => writeNote(database(), note),
  readTransitions: (span) => readTransitions(database().orm, span),
  readMinutes: (span) => readMinutes(database().orm, span),
  readIncident: (ask) => readIncident(database().orm, ask),
  letGo: (ask) => letGo(database(), ask),
  listKept: () => listKept(database().orm),
  close() {
    open?.sqlite.close();
    open = null;
    return null;
  },
};

parentPort?.on('message', (message: Message) => parentPort?.postMessage(reply(message)));

function reply<V extends Verb>({ id, verb, ask }: Message<V>): Reply {
  try {
    return { id, ok: true, answer: atOneMoment(verb, () => answers[verb](ask)) };
  } catch (error) {
    const { code, message } = storageError(error, path);
    return { id, ok: false, code, message };
  }
}

const ofTheFile: ReadonlySet<Verb> = new Set<Verb>(['open', 'check', 'reopen', 'close']);

/** The reader sees the record of one moment in all parts of an answer, whatever is written meanwhile. */
function atOneMoment<Answer>(verb: Verb, answer: () => Answer): Answer {
  if (!open || open.write !== null || ofTheFile.has(verb)) return answer();
  return open.sqlite.transaction(answer)();
}

/** So much nicer than the rest: where processors are short, callers come before the record, and the record before who reads it. */
const niceness: Record<Role, number> = { writer: 5, reader: 10, both: 0 };

let givesWay = false;

function giveWay(role: Role): void {
  // Linux counts it by thread; elsewhere it would be the whole program's. A file that was locked is opened again.
  if (process.platform !== 'linux' || givesWay) return;
  givesWay = true;
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness[role]));
  } catch {
    // A system that does not let us: it goes on as before.
  }
}

function database(): DatabaseFile {
  if (!open) throw new StorageError('unavailable', 'The database is not open yet.');
  return open;
}
