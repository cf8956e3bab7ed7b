import type { PersonRecord, ShownSession, TokenRecord } from '../../core/access.ts';
import type { AuditRecord } from '../../core/records.ts';
import { writeAct } from '../durable.ts';
import type { Refusals } from '../note.ts';
import type { Caller, Operations } from '../operations.ts';
import type { AccessBook } from './book.ts';

/** What the verbs of this folder work on. */
export interface AccessOperations extends Operations {
  book: AccessBook;
  sessions: OpenSessions;
  refusals: Refusals;
  lockouts: LockedNames;
}

/** Names that wrong passwords have locked for a while (`control/lockouts.ts`). */
export interface LockedNames {
  isLocked(name: string): boolean;
  /** True: this one locks the name. */
  wrong(name: string): boolean;
  right(name: string): void;
}

/** What the verbs need of the sessions (`control/session.ts`). */
export interface OpenSessions {
  list(): Omit<ShownSession, 'current'>[];
  /** Ends the session of this id; false: there is none. */
  end(id: string): boolean;
  /** Ends every session of a person or a token. */
  endOf(owner: string): void;
  /** Settles when all that has changed is on the disk; never rejects. */
  written(): Promise<void>;
}

interface Done {
  caller: Pick<Caller, 'who' | 'from'>;
  what: string;
  subject: string;
  before: object | null;
  after: object | null;
  tokens?: TokenRecord[];
  people?: PersonRecord[];
}

/** The change takes effect at once; its rows and its audit row follow in one transaction. False: not on disk yet. */
export function change(operations: AccessOperations, done: Done): Promise<boolean> {
  const { caller, what, subject, before, after, tokens = [], people = [] } = done;
  operations.book.put({ tokens, people });
  const audit: AuditRecord = {
    id: operations.newId(),
    at: Math.round(operations.clock.wall()),
    who: caller.who,
    what,
    subject,
    reason: null,
    before,
    after,
    outcome: 'done',
    from: caller.from,
  };
  return writeAct(operations, { event: null, stored: null, audit, access: { tokens, people } });
}
