import { type Batch, type Storage, StorageError } from '../../db/storage.ts';
import type { CircuitEvent, StoredCircuit } from '../core/circuit/types.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { AuditRecord, ProbeRecord, RequestRecord } from '../core/records.ts';
import { halves, sizeOf } from './batch.ts';
import { Line } from './line.ts';

/** Records that wait at most, beside those of the batch being written: about 40 MB. Over it the oldest are given up. */
const defaultMaxRecords = 20_000;
/** Records of one batch: what the writer takes in about 30 ms, so that an act behind it does not wait long. */
const batchRecords = 500;
/** A record waits so long for others. A process that is killed loses this, and the batch being written. */
const flushMs = 100;
const againMs = { first: 100, most: 5_000 };

export interface RecorderStatus {
  /** Records not yet on the disk. */
  buffered: number;
  /** Records given up since the start. */
  lost: number;
  written: number;
  /** Why the last write failed, in a sentence; null when it did not. */
  lastError: string | null;
}

interface RecorderOptions {
  storage: Pick<Storage, 'append'>;
  clock: Clock;
  log: Log;
  maxRecords?: number | undefined;
  /** Fewer, where the memory has no room for so many. */
  mostInMemory?: number;
}

/**
 * Takes what happened off the hot path: into memory at once, to the storage in batches, one at a time. Whoever gives it a
 * record neither waits nor sees an error.
 */
export class Recorder {
  private readonly storage: Pick<Storage, 'append'>;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly maxRecords: number;
  private readonly requests = new Line<RequestRecord>();
  private readonly events = new Line<Batch['events'][number]>();
  private readonly audits = new Line<AuditRecord>();
  private readonly probes = new Line<ProbeRecord>();
  /** Being written, the next one last; more than one when a batch was refused and is written in parts. */
  private readonly parts: Batch[] = [];
  private lost = 0;
  private losing = false;
  private written = 0;
  private lastError: string | null = null;
  private timer: Timer | null = null;
  private running: Promise<void> | null = null;
  private againAfterMs = againMs.first;
  /** Ends the wait before the next try. */
  private wake: () => void = () => {};
  private life: 'open' | 'closing' | 'closed' = 'open';

  constructor(options: RecorderOptions) {
    this.storage = options.storage;
    this.clock = options.clock;
    this.log = options.log;
    this.maxRecords = Math.min(
      options.maxRecords ?? defaultMaxRecords,
      options.mostInMemory ?? Number.POSITIVE_INFINITY,
    );
  }

  /** One finished request. In constant time. */
  request(record: RequestRecord): void {
    this.requests.push(record);
    this.added();
  }

  /** A transition, with the circuit after it. Given up only when there is no request to give up. */
  transition(event: CircuitEvent, stored: StoredCircuit): void {
    this.events.push({ event, stored });
    this.added();
  }

  audit(record: AuditRecord): void {
    this.audits.push(record);
    this.added();
  }

  probe(record: ProbeRecord): void {
    this.probes.push(record);
    this.added();
  }

  status(): RecorderStatus {
    const { lost, written, lastError } = this;
    return { buffered: this.buffered(), lost, written, lastError };
  }

  /** Writes everything, within `graceMs`; what is left then is given up, and counted as lost. */
  async close(graceMs: number): Promise<RecorderStatus> {
    if (this.life === 'open') this.life = 'closing';
    this.againAfterMs = againMs.first;
    let grace: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      grace = this.clock.after(graceMs, () => {
        this.life = 'closed';
        resolve();
      });
    });
    while (this.life === 'closing' && this.buffered() > 0) {
      this.flush();
      this.wake();
      await Promise.race([this.running, over]);
    }
    grace?.cancel();
    this.end();
    return this.status();
  }

  private added(): void {
    if (this.life === 'closed') {
      this.giveUpAll();
      return;
    }
    const waiting = this.waiting();
    if (waiting > this.maxRecords) this.giveUpOne();
    if (this.running) return;
    if (waiting === batchRecords) this.flushIn(0);
    else if (!this.timer) this.flushIn(flushMs);
  }

  private flushIn(ms: number): void {
    this.timer?.cancel();
    this.timer = this.clock.after(ms, () => this.flush());
  }

  private flush(): void {
    this.timer?.cancel();
    this.timer = null;
    this.running ??= this.write();
  }

  /** Writes until less than a batch is left, which waits for others again. */
  private async write(): Promise<void> {
    do {
      this.parts.push(this.nextBatch());
      await this.writeParts();
    } while (this.waiting() >= batchRecords && this.life !== 'closed');
    this.running = null;
    this.losing = false;
    if (this.waiting() > 0 && this.life !== 'closed') this.flushIn(flushMs);
  }

  private async writeParts(): Promise<void> {
    for (let part = this.parts.at(-1); part && this.life !== 'closed'; part = this.parts.at(-1)) {
      const refused = await this.tryOnce(part);
      // It came too late: what was in it has been counted as lost.
      if (this.parts.length === 0) return;
      if (refused) {
        this.lastError = refused.message;
        if (refused.code === 'bad_request') this.divide(part);
        else await this.rest();
        continue;
      }
      this.parts.pop();
      this.written += sizeOf(part);
      this.lastError = null;
      this.againAfterMs = againMs.first;
    }
  }

  private async tryOnce(batch: Batch): Promise<StorageError | null> {
    try {
      await this.storage.append(batch);
      return null;
    } catch (error) {
      return error instanceof StorageError ? error : new StorageError('unavailable', String(error), { cause: error });
    }
  }

  /** One record in it cannot be stored: it is found by halves, so that it takes no other with it. */
  private divide(batch: Batch): void {
    this.parts.pop();
    if (sizeOf(batch) > 1) {
      const [first, second] = halves(batch);
      this.parts.push(second, first);
      return;
    }
    this.lost += sizeOf(batch);
    const request = batch.requests[0]?.id;
    const id = batch.events[0]?.event.seq ?? batch.audit[0]?.id ?? batch.probes[0]?.id;
    this.log.error(request ? { request } : { id }, `A record cannot be stored and is given up: ${this.lastError}`);
  }

  private async rest(): Promise<void> {
    const ms = this.againAfterMs;
    this.againAfterMs = Math.min(againMs.most, ms * 2);
    await new Promise<void>((resolve) => {
      const timer = this.clock.after(ms, resolve);
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
    this.wake = () => {};
  }

  private nextBatch(): Batch {
    const events = this.events.take(batchRecords);
    const audit = this.audits.take(batchRecords - events.length);
    const probes = this.probes.take(batchRecords - events.length - audit.length);
    const requests = this.requests.take(batchRecords - events.length - audit.length - probes.length);
    return { events, audit, probes, requests };
  }

  private waiting(): number {
    return this.requests.length + this.events.length + this.audits.length + this.probes.length;
  }

  private buffered(): number {
    return this.parts.reduce((sum, part) => sum + sizeOf(part), this.waiting());
  }

  /** The oldest request; the record of what circuits and people did is worth more, and is small. */
  private giveUpOne(): void {
    const line = [this.requests, this.probes, this.audits, this.events].find(({ length }) => length > 0);
    this.lost += line?.take(1).length ?? 0;
    if (this.losing) return;
    this.losing = true;
    this.log.error({}, `More than ${this.maxRecords} records wait for the database: the oldest are being lost.`);
  }

  private giveUpAll(): void {
    this.lost += this.buffered();
    this.parts.length = 0;
    for (const line of [this.requests, this.events, this.audits, this.probes]) line.take(line.length);
  }

  private end(): void {
    this.life = 'closed';
    this.timer?.cancel();
    this.wake();
    const left = this.buffered();
    if (left > 0) this.log.error({ left }, `${left} records were not written before the end and are lost.`);
    this.giveUpAll();
  }
}
