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
/** Refusals remembered; over it the eldest is forgotten. */
const maxRefusals = 1_000;

/** Which refusals were noted just now. */
export class Refusals {
  private readonly clock: Operations['clock'];
  private readonly notedAt = new Map<string, number>();

  constructor(clock: Operations['clock']) {
    this.clock = clock;
  }

  /** True, once in a while: this one is to be noted. */
  isNew({ who, what, from, subject, reason }: Noted): boolean {
    const key = JSON.stringify([who, what, from, subject, reason]);
    const before = this.notedAt.get(key);
    const now = this.clock.now();
    if (before !== undefined && now - before < refusalMs) return false;
    this.notedAt.delete(key);
    this.notedAt.set(key, now);
    const [eldest] = this.notedAt.keys();
    if (this.notedAt.size > maxRefusals && eldest !== undefined) this.notedAt.delete(eldest);
    return true;
  }
}

type Noting = Pick<Operations, 'journal' | 'newId' | 'clock'> & { refusals: Refusals };

/** Gives the journal the audit row of something that was refused, unless the same was noted just now. */
export function noteRefused(operations: Noting, refused: Omit<Noted, 'outcome'>): void {
  const act: Noted = { ...refused, outcome: 'refused' };
  if (operations.refusals.isNew(act)) note(operations, act);
}

/** Somebody tried what their role does not allow. */
export function noteForbidden(operations: Noting, caller: Caller, what: string): void {
  const { who, from, role } = caller;
  noteRefused(operations, { who, from, what, reason: `not within the role ${role} and its scopes` });
}

const strangeWords = {
  missing: 'without a token or a session',
  wrong: 'the token or session is not known, or holds no more',
  throttled: 'too many wrong tokens came from this address',
};

/** Somebody who is not known wanted to act. */
export function noteStranger(
  operations: Noting,
  { why, from }: { why: keyof typeof strangeWords; from: string },
  what: string,
): void {
  noteRefused(operations, { who: 'unknown', from, what, reason: strangeWords[why] });
}
