import type { Clock, Timer } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import { type Batch, type SessionChange, type Storage, StorageError, type StoredAct } from '../storage.ts';
import { ActLine } from './acts.ts';
import { BatchLine } from './batches.ts';
import { Chores } from './chores.ts';
import type { Health } from './health.ts';
import type { Link } from './link.ts';
import type { OpenAsk, Verb, Verbs } from './messages.ts';

type Ask<V extends Verb> = Verbs[V]['ask'];

/** Questions waiting for the reader; over it they are refused at once. */
const maxReads = 64;
/** How often the writer looks whether its file is still there. */
const checkMs = 1_000;

/** SQLite behind the `Storage` interface: everything here is about waiting; the threads do the work. */
export class SqliteStorage implements Storage {
  private readonly writer: Link;
  /** In memory the writer itself: nobody else sees its rows. */
  private readonly reader: Link;
  private readonly clock: Clock;
  private readonly health: Health;
  private readonly openAsk: (role: 'writer' | 'reader') => OpenAsk;
  private readonly acts: ActLine;
  private readonly batches: BatchLine;
  private readonly chores: Chores;
  private reads = 0;
  private closing: Promise<void> | null = null;
  private check: Timer | null = null;

  constructor(options: {
    writer: Link;
    reader: Link;
    clock: Clock;
    health: Health;
    log: Log;
    openAsk: (role: 'writer' | 'reader') => OpenAsk;
  }) {
    const { writer, clock, health } = options;
    this.writer = writer;
    this.reader = options.reader;
    this.clock = clock;
    this.health = health;
    this.openAsk = options.openAsk;
    this.acts = new ActLine({ writer, clock, health, log: options.log });
    this.batches = new BatchLine({ writer, clock, health });
    this.chores = new Chores({ writer, clock });
    this.checkLater();
    this.chores.begin();
  }

  restore(node: string) {
    return this.read('restore', node);
  }

  async append(batch: Batch): Promise<void> {
    this.refuseClosed();
    await this.batches.append(batch);
  }

  async act(act: StoredAct): Promise<void> {
    this.refuseClosed();
    await this.acts.write(act);
  }

  listRequests(filter: Ask<'listRequests'>) {
    return this.read('listRequests', filter);
  }

  countRequests(filter: Ask<'countRequests'>) {
    return this.read('countRequests', filter);
  }

  getRequest(id: string) {
    return this.read('getRequest', id);
  }

  listEvents(filter: Ask<'listEvents'>) {
    return this.read('listEvents', filter);
  }

  listAudit(filter: Ask<'listAudit'>) {
    return this.read('listAudit', filter);
  }

  countAudit(filter: Ask<'countAudit'>) {
    return this.read('countAudit', filter);
  }

  getAudit(id: string) {
    return this.read('getAudit', id);
  }

  listChainMinutes(filter: Ask<'listChainMinutes'>) {
    return this.read('listChainMinutes', filter);
  }

  listProviderMinutes(filter: Ask<'listProviderMinutes'>) {
    return this.read('listProviderMinutes', filter);
  }

  listAttempts(filter: Ask<'listAttempts'>) {
    return this.read('listAttempts', filter);
  }

  listProbes(filter: Ask<'listProbes'>) {
    return this.read('listProbes', filter);
  }

  lastProbes() {
    return this.read('lastProbes', null);
  }

  mostCarried(span: { from: number; to: number }) {
    return this.read('mostCarried', span);
  }

  spentBetween(span: Ask<'spentBetween'>) {
    return this.read('spentBetween', span);
  }

  countSavings(span: Ask<'countSavings'>) {
    return this.read('countSavings', span);
  }

  listBillingShares() {
    return this.read('listBillingShares', null);
  }

  listSessions(now: number) {
    return this.read('listSessions', now);
  }

  listAccess() {
    return this.read('listAccess', null);
  }

  async writeSessions(change: SessionChange): Promise<void> {
    await this.write('writeSessions', change);
  }

  readAlerts() {
    return this.read('readAlerts', null);
  }

  async writeAlerts(change: Ask<'writeAlerts'>): Promise<void> {
    await this.write('writeAlerts', change);
  }

  listAlerts(limit: number) {
    return this.read('listAlerts', limit);
  }

  listIncidents(filter: Ask<'listIncidents'>) {
    return this.read('listIncidents', filter);
  }

  getIncident(id: number) {
    return this.read('getIncident', id);
  }

  async writeIncidents(incidents: Ask<'writeIncidents'>['incidents'], toldUntil?: number): Promise<void> {
    await this.write('writeIncidents', { incidents, toldUntil });
  }

  incidentsToldUntil() {
    return this.read('incidentsToldUntil', null);
  }

  writeNote(note: Ask<'writeNote'>) {
    return this.write('writeNote', note);
  }

  readTransitions(span: { from: number; to: number }) {
    return this.read('readTransitions', span);
  }

  readMinutes(span: { from: number; to: number }) {
    return this.read('readMinutes', span);
  }

  readIncident(ask: Ask<'readIncident'>) {
    return this.read('readIncident', ask);
  }

  async letGo(ask: Ask<'letGo'>) {
    return this.write('letGo', ask);
  }

  listKept() {
    return this.read('listKept', null);
  }

  status() {
    return this.health.status();
  }

  close(graceMs: number): Promise<void> {
    this.closing ??= this.finish(graceMs);
    return this.closing;
  }

  private async read<V extends Verb>(verb: V, ask: Verbs[V]['ask']): Promise<Verbs[V]['answer']> {
    this.refuseClosed();
    if (this.reads >= maxReads) {
      throw new StorageError(
        'unavailable',
        `${maxReads} questions wait for the database already. Ask again in a moment.`,
      );
    }
    this.reads += 1;
    try {
      return await this.reader.ask(verb, ask);
    } finally {
      this.reads -= 1;
    }
  }

  private async write<V extends Verb>(verb: V, ask: Verbs[V]['ask']): Promise<Verbs[V]['answer']> {
    this.refuseClosed();
    return this.writer.ask(verb, ask);
  }

  private refuseClosed(): void {
    if (this.closing) throw new StorageError('unavailable', 'The database is closed.');
  }

  private async finish(graceMs: number): Promise<void> {
    this.check?.cancel();
    this.chores.stop();
    const written = Promise.all([this.acts.idle(), this.batches.idle()]);
    await this.within(graceMs, written);
    this.acts.drop();
    // The reader first: the last to close writes the log into the file.
    for (const link of new Set([this.reader, this.writer])) {
      await this.within(
        graceMs,
        link.ask('close', null).catch(() => null),
      );
      await this.within(graceMs, link.end());
    }
  }

  private async within(ms: number, done: Promise<unknown>): Promise<void> {
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.clock.after(ms, resolve);
    });
    await Promise.race([done, over]);
    timer?.cancel();
  }

  private checkLater(): void {
    this.check = this.clock.after(checkMs, () => void this.checkFile());
  }

  /** A file deleted or replaced under an open connection takes writes and keeps none of them. */
  private async checkFile(): Promise<void> {
    try {
      const found = await this.writer.ask('check', null);
      const done = found === 'same' ? null : await this.reopen(found);
      await this.checkReader(done !== null);
      this.health.set('file', null);
      if (done) this.health.notice(done);
    } catch (error) {
      // A thread that is away tells its own story.
      if (error instanceof StorageError && error.code === 'unusable') this.health.set('file', error.message);
    }
    if (!this.closing) this.checkLater();
  }

  /** Says what was done. */
  private async reopen(found: 'gone' | 'replaced'): Promise<string> {
    const ask = this.openAsk('writer');
    const { saved } = await this.writer.ask('reopen', ask);
    this.chores.begin();
    const start = `The database ${ask.path} was ${found}`;
    if (found === 'replaced') return `${start}: the one that is there now is used.`;
    if (saved) return `${start}: it was written anew with everything in it.`;
    return `${start}: a new one was begun, and what was in it is lost.`;
  }

  /** After the writer, which puts a file there that can be opened. While it is at work, which may be long, only for cause. */
  private async checkReader(cause: boolean): Promise<void> {
    if (this.reader === this.writer || (this.reads > 0 && !cause)) return;
    try {
      const found = await this.reader.ask('check', null);
      if (found !== 'same') await this.reader.ask('reopen', this.openAsk('reader'));
    } catch {
      // Away, or the file is: looked at again in a moment.
    }
  }
}
