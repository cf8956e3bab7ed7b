import type { AuditRecord } from '../core/records.ts';
import type { Caller, Operations } from './operations.ts';

/** An act that moves no circuit: a sign-in, or something that was refused. */
export interface Noted {
  who: string;
  from: string | null;
  /** `session.open`, `circuits.trip`, … */
  what: string;
  outcome: AuditRecord['outcome'];
  subject?: string;
  /** Why it was refused. */
  reason?: string;
}

/** Gives an audit row to the journal, which nobody waits for. */
export function note(operations: Pick<Operations, 'journal' | 'newId' | 'clock'>, act: Noted): void {
  operations.journal.audit({
    id: operations.newId(),
    at: operations.clock.wall(),
    subject: null,
    reason: null,
    before: null,
    after: null,
    ...act,
  });
}

/** The same refusal from the same place is noted so often at most: a mistaken script asks all day. */
const refusalMs = 60_000;
/** Of strangers who only want to look: a scraper with an old token. */
const lookMs = 3_600_000;
/** Refusals of strangers noted in a minute, wherever they come from: a scan must not fill the record. */
const maxOfStrangers = 60;
const strangersMs = 60_000;
/** Refusals remembered; over it the eldest is forgotten. */
const maxRefusals = 1_000;

type Refused = Omit<Noted, 'outcome'> & { reason: string };

/** What strangers are noted for who only want to look. */
const look = 'tokens.use';

/** Which refusals were noted just now. */
export class Refusals {
  private readonly clock: Operations['clock'];
  private readonly notedAt = new Map<string, number>();
  private strangers = { since: Number.NEGATIVE_INFINITY, noted: 0 };

  constructor(clock: Operations['clock']) {
    this.clock = clock;
  }

  /** Once in a while: this one is to be noted, with its reason. Null: it is not. */
  reasonFor(refused: Refused): string | null {
    if (!this.isNew(refused)) return null;
    if (refused.who !== 'unknown' && refused.what !== 'session.open') return refused.reason;
    const now = this.clock.now();
    if (now - this.strangers.since >= strangersMs) this.strangers = { since: now, noted: 0 };
    this.strangers.noted += 1;
    if (this.strangers.noted > maxOfStrangers) return null;
    const isLast = this.strangers.noted === maxOfStrangers;
    return isLast ? `${refused.reason}; no more refusals of strangers are noted in this minute` : refused.reason;
  }

  private isNew({ who, what, from, subject, reason }: Refused): boolean {
    const key = JSON.stringify([who, what, from, subject, reason]);
    const before = this.notedAt.get(key);
    const now = this.clock.now();
    if (before !== undefined && now - before < (what === look ? lookMs : refusalMs)) return false;
    this.notedAt.delete(key);
    this.notedAt.set(key, now);
    const [eldest] = this.notedAt.keys();
    if (this.notedAt.size > maxRefusals && eldest !== undefined) this.notedAt.delete(eldest);
    return true;
  }
}

type Noting = Pick<Operations, 'journal' | 'newId' | 'clock'> & { refusals: Refusals };

/** Gives the journal the audit row of something that was refused, unless the same was noted just now. */
export function noteRefused(operations: Noting, refused: Refused): void {
  const reason = operations.refusals.reasonFor(refused);
  if (reason !== null) note(operations, { ...refused, reason, outcome: 'refused' });
}

/** Somebody tried what their role does not allow. */
export function noteForbidden(operations: Noting, caller: Caller, what: string): void {
  const { who, from, role } = caller;
  noteRefused(operations, { who, from, what, reason: `not within the role ${role} and its scopes` });
}

const strangeWords = {
  missing: 'without a token or a session',
  ended: 'the session is over, or was never known',
  wrong: 'the token is not known, or holds no more',
  throttled: 'too many wrong tokens came from this address',
};

/** Somebody who is not known wanted to act; `what` null: to look, which is noted only of wrong tokens: pages ask with old sessions. */
export function noteStranger(
  operations: Noting,
  { why, from }: { why: keyof typeof strangeWords; from: string },
  what: string | null,
): void {
  if (what === null && why !== 'wrong' && why !== 'throttled') return;
  noteRefused(operations, { who: 'unknown', from, what: what ?? look, reason: strangeWords[why] });
}
