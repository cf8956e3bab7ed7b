import type { LimitSettings } from '../core/settings.ts';

/** An answer in memory. */
export interface HeldAnswer {
  /** So many more bytes of it; false: there is no room. */
  take(bytes: number): boolean;
  /** So many bytes in all, from now on. */
  set(bytes: number): void;
  /** All of it is gone, and what comes later is not kept. */
  free(): void;
}

/** What is in flight through the gateway now, held against `limits` of the config. Taking is refused, never waited for. */
export class Limits {
  private settings: LimitSettings;
  private requestsNow = 0;
  private streamsNow = 0;
  private bodiesBytesNow = 0;
  private answersBytesNow = 0;

  constructor(settings: LimitSettings) {
    this.settings = settings;
  }

  /** Holds to these from now on; what is in flight stays counted. */
  adopt(settings: LimitSettings): void {
    this.settings = settings;
  }

  get requests(): number {
    return this.requestsNow;
  }

  get streams(): number {
    return this.streamsNow;
  }

  get bodiesBytes(): number {
    return this.bodiesBytesNow;
  }

  /** A place for a request; null: all are taken. Calling what comes back, once or more, frees it. */
  takeRequest(): (() => void) | null {
    if (this.requestsNow >= this.settings.requests) return null;
    this.requestsNow += 1;
    return once(() => {
      this.requestsNow -= 1;
    });
  }

  /** A place for a stream; null: all are taken. */
  takeStream(): (() => void) | null {
    if (this.streamsNow >= this.settings.streams) return null;
    this.streamsNow += 1;
    return once(() => {
      this.streamsNow -= 1;
    });
  }

  /** Room for so many more bytes of a body; false: there is none. What was taken is given back with `freeBytes`. */
  takeBytes(bytes: number): boolean {
    if (this.bodiesBytesNow + bytes > this.settings.bodiesBytes) return false;
    this.bodiesBytesNow += bytes;
    return true;
  }

  freeBytes(bytes: number): void {
    this.bodiesBytesNow -= bytes;
  }

  /** Whether answers hold as much as they may: no request should begin now. */
  get answersFull(): boolean {
    return this.answersBytesNow >= this.settings.answersBytes;
  }

  get answersBytes(): number {
    return this.answersBytesNow;
  }

  /** Room for one answer, which grows until it is freed. */
  holdAnswer(): HeldAnswer {
    let held = 0;
    let gone = false;
    return {
      take: (bytes) => {
        if (gone) return true;
        if (this.answersBytesNow + bytes > this.settings.answersBytes) return false;
        this.answersBytesNow += bytes;
        held += bytes;
        return true;
      },
      set: (bytes) => {
        if (gone) return;
        this.answersBytesNow += bytes - held;
        held = bytes;
      },
      free: () => {
        this.answersBytesNow -= held;
        held = 0;
        gone = true;
      },
    };
  }
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
