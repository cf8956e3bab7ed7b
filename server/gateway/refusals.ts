import type { Clock } from '../core/clock.ts';
import { type ApiErrorCode, apiErrors } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Seldom } from '../core/seldom.ts';

/** The log tells of them once in so long, with how many there were: whoever is refused may ask a thousand times a second. */
const NOTE_EVERY_MS = 10_000;

/** Errors that come after a walk, and so are in the record. */
const ofTheWalk: ReadonlySet<string> = new Set<ApiErrorCode>([
  ...(['answer_interrupted', 'answer_too_large', 'no_provider_available', 'deadline_exceeded'] as const),
]);

/** Counts requests that the gateway itself turned away: nobody was asked, so the record has nothing of them. */
export class Refusals {
  /** Since this run began, by the code that callers heard: each that there may be, also those with none. */
  readonly counts = new Map<string, number>();
  private readonly log: Log;
  private readonly notes: Seldom;
  private untold: Record<string, number> = {};

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.log = log;
    this.notes = new Seldom(clock, NOTE_EVERY_MS);
    for (const code of Object.keys(apiErrors)) if (!ofTheWalk.has(code)) this.counts.set(code, 0);
  }

  /** `client`: whose key was used; null: nobody's, or it is not known yet. */
  add(code: ApiErrorCode, client: string | null): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    this.untold[code] = (this.untold[code] ?? 0) + 1;
    if (!this.notes.isTime()) return;
    this.log.info({ refused: this.untold, last: { code, client } }, 'Callers are turned away, no provider was asked.');
    this.untold = {};
  }
}
