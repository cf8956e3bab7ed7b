import { type MemoryShares, sharesOfMemory } from '../core/memory.ts';
import type { LimitSettings } from '../core/settings.ts';
import { mostWeightOf, weightOf } from '../core/weight.ts';

/** A body that is larger leaves the last of the room to those that are not: many small ones find some beside a few large. */
const SMALL_BODY_BYTES = 64 * 1_024;
const LARGE_SHARE = 7 / 8;
/** So much of the room may be taken by bodies that are counted as the heaviest of their size. */
const UNWEIGHED_SHARE = 1 / 2;

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
  private bodiesWeightNow = 0;
  private answersBytesNow = 0;
  private readonly memory: MemoryShares;

  constructor(settings: LimitSettings, memory: MemoryShares = sharesOfMemory(null)) {
    this.settings = settings;
    this.memory = memory;
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

  /**
   * Room for so many more bytes of a body of which `held` are here; false: there is none. What was taken is given back with
   * `freeBytes`.
   */
  takeBytes(bytes: number, held: number): boolean {
    const { bodiesBytes, bodyBytes } = this.settings;
    const isSmall = held + bytes <= SMALL_BODY_BYTES;
    if (this.bodiesBytesNow + bytes > (isSmall ? bodiesBytes : Math.max(bodyBytes, bodiesBytes * LARGE_SHARE)))
      return false;
    this.bodiesBytesNow += bytes;
    return true;
  }

  /**
   * Room in memory for a whole body: the weight that was taken, to be given back with `freeWeight`. `never`: nor would there
   * be room if it were the only one.
   */
  takeWeight(body: Uint8Array): number | 'full' | 'never' {
    const most = this.memory.bodiesBytes * (body.length <= SMALL_BODY_BYTES ? 1 : LARGE_SHARE);
    const atWorst = mostWeightOf(body.length);
    // Looking through a body takes as long as reading it: only where room is short.
    const weight = this.bodiesWeightNow + atWorst <= most * UNWEIGHED_SHARE ? atWorst : weightOf(body);
    if (weight > most) return 'never';
    if (this.bodiesWeightNow + weight > most) return 'full';
    this.bodiesWeightNow += weight;
    return weight;
  }

  freeWeight(weight: number): void {
    this.bodiesWeightNow -= weight;
  }

  freeBytes(bytes: number): void {
    this.bodiesBytesNow -= bytes;
  }

  /** Whether answers hold as much as they may: no request should begin now. */
  get answersFull(): boolean {
    return this.answersBytesNow >= this.answersMost;
  }

  /** What answers may hold: as the config says, or as the heap has room for. */
  get answersMost(): number {
    return Math.min(this.settings.answersBytes, this.memory.answersBytes);
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
        if (this.answersBytesNow + bytes > this.answersMost) return false;
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
