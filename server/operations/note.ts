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

/** Somebody tried what their role does not allow. */
export function noteForbidden(operations: Operations, caller: Caller, what: string): void {
  const { who, from, role } = caller;
  note(operations, { who, from, what, outcome: 'refused', reason: `the role ${role} does not reach` });
}
