import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../server/core/clock.ts';
import { StorageError, type StorageErrorCode } from '../storage.ts';
import { Growth } from './growth.ts';
import type { Message, OpenAsk, Opened, Reply, Role, Verb, Verbs } from './messages.ts';
import type { StartThread } from './start.ts';

interface LinkOptions {
  role: Role;
  start: StartThread;
  clock: Clock;
  /** What to open, asked for at every start. */
  openAsk: () => OpenAsk;
  /** Null: it runs, and the file is open. */
  onProblem: (problem: string | null) => void;
}

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (error: StorageError) => void;
  /** Ends a thread that has been silent for too long. */
  stuck: Timer;
}

/** A message not answered in so long: the thread is given up, and a new one started. */
const stuckMs = 30_000;
/** Opening may copy and migrate a large database. */
const stuckOpeningMs = 600_000;
const restartMs = { first: 100, most: 5_000 };

/** One storage thread, seen from the main thread. When it ends it is started again, with growing waits. */
export class Link {
  private readonly options: LinkOptions;
  private readonly waits = new Growth(restartMs);
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | null = null;
  private ready = false;
  private closed = false;
  private lastId = 0;

  constructor(options: LinkOptions) {
    this.options = options;
  }

  /** Starts the thread, which loads its code meanwhile; `open` does it otherwise. */
  warm(): void {
    if (!this.worker) this.spawn();
  }

  /** Opens the file. Rejects with `StorageError`, and starts no other thread then. */
  async open(): Promise<Opened> {
    this.warm();
    const opened = await this.post('open', this.options.openAsk());
    this.ready = true;
    this.waits.reset();
    return opened;
  }

  /** Settles when the thread has answered or ended. Rejects with `StorageError`; at once while the thread is not there. */
  ask<V extends Verb>(verb: V, ask: Verbs[V]['ask']): Promise<Verbs[V]['answer']> {
    if (this.ready) return this.post(verb, ask);
    const why = this.closed ? 'The database is closed.' : `The ${this.options.role} of the database is being started.`;
    return Promise.reject(new StorageError('unavailable', why));
  }

  /** Ends the thread without asking it. */
  async end(): Promise<void> {
    this.closed = true;
    const worker = this.worker;
    this.drop('The database was closed.');
    await worker?.terminate();
  }

  private spawn(): void {
    const worker = this.options.start(`recloser-database-${this.options.role}`);
    this.worker = worker;
    let fault = 'it was ended';
    worker.on('message', (reply: Reply) => this.settle(reply));
    worker.on('error', (error) => {
      fault = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => this.ended(worker, fault));
  }

  private post<V extends Verb>(verb: V, ask: Verbs[V]['ask']): Promise<Verbs[V]['answer']> {
    const { worker } = this;
    if (!worker) return Promise.reject(new StorageError('unavailable', 'The database thread has ended.'));
    const answer = new Promise<unknown>((resolve, reject) => {
      const id = ++this.lastId;
      const message: Message<V> = { id, verb, ask };
      try {
        worker.postMessage(message);
      } catch (error) {
        return reject(new StorageError('bad_request', `A record is not plain data: ${error}`, { cause: error }));
      }
      const ms = verb === 'open' || verb === 'reopen' ? stuckOpeningMs : stuckMs;
      const stuck = this.options.clock.after(ms, () => {
        this.ended(worker, `it did not answer for ${ms / 1000} s`);
        // It may hang in a call to the disk that never returns: nobody waits for its end.
        void worker.terminate();
      });
      this.waiting.set(id, { resolve, reject, stuck });
    });
    // The thread answers each verb with the type beside it in `Verbs`.
    return answer as Promise<Verbs[V]['answer']>;
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    this.waiting.delete(reply.id);
    waiting.stuck.cancel();
    if (reply.ok) waiting.resolve(reply.answer);
    else waiting.reject(new StorageError(reply.code, reply.message));
  }

  private ended(worker: Worker, fault: string): void {
    if (worker !== this.worker) return;
    const wasReady = this.ready;
    const sentence = `The ${this.options.role} of the database ended (${fault})${wasReady ? '; it is started again' : ''}.`;
    // One that cannot even open will not do better the next time, and its caller decides whether the program starts.
    this.drop(sentence, wasReady ? 'unavailable' : 'unusable');
    if (wasReady && !this.closed) this.again(sentence);
  }

  private drop(sentence: string, code: StorageErrorCode = 'unavailable'): void {
    this.worker = null;
    this.ready = false;
    for (const { reject, stuck } of this.waiting.values()) {
      stuck.cancel();
      reject(new StorageError(code, sentence));
    }
    this.waiting.clear();
  }

  private again(problem: string): void {
    this.options.onProblem(problem);
    this.options.clock.after(this.waits.next(), () => {
      if (!this.closed) void this.reopen();
    });
  }

  private async reopen(): Promise<void> {
    try {
      await this.open();
      this.options.onProblem(null);
    } catch (error) {
      const worker = this.worker;
      this.drop('The database thread could not open its file.');
      void worker?.terminate();
      if (!this.closed) this.again(error instanceof Error ? error.message : String(error));
    }
  }
}
