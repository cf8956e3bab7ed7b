import type { LimitSettings } from '../core/settings.ts';

/** What is in flight through the gateway now, held against `limits` of the config. Taking is refused, never waited for. */
export class Limits {
  private readonly settings: LimitSettings;
  private requestsNow = 0;
  private streamsNow = 0;
  private bodiesBytesNow = 0;

  constructor(settings: LimitSettings) {
    this.settings = settings;
  }

  get requests(): number {
    return this.requestsNow;
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
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
