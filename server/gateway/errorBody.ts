import type { Clock, Timer } from '../core/clock.ts';

/** So much of an error's body is read, and for so long; then its status alone must do. */
const ERROR_BYTES = 64 * 1_024;
const ERROR_BODY_MS = 2_000;

/** Reads what a provider says beside a status that is not 2xx. `onRead` is called once, with what came. */
export class ErrorBody {
  private readonly parts: Buffer[] = [];
  private readonly onRead: (body: string) => void;
  private readonly timer: Timer;
  private bytes = 0;
  private read = false;

  constructor(clock: Clock, onRead: (body: string) => void) {
    this.onRead = onRead;
    this.timer = clock.after(ERROR_BODY_MS, () => this.close());
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.parts.push(chunk);
    if (this.bytes >= ERROR_BYTES) this.close();
  }

  /** Nothing more will come, or is waited for. */
  close(): void {
    if (this.read) return;
    this.drop();
    this.onRead(Buffer.concat(this.parts).toString('utf8', 0, ERROR_BYTES));
  }

  /** Nobody wants to know any more. */
  drop(): void {
    this.read = true;
    this.timer.cancel();
  }
}
