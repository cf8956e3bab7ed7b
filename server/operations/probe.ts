import type { CircuitEntry } from '../core/circuit/types.ts';
import { summaryOf, unknownProvider } from './circuits.ts';
import { writeAct } from './durable.ts';
import { OperationError } from './errors.ts';
import type { ProbeInput } from './inputs.ts';
import type { Answered, Caller, Operations } from './operations.ts';

/** What came of asking a provider by hand, and its circuit after it. */
export interface Probed extends Answered {
  entry: CircuitEntry;
  durable: boolean;
}

/** Asks a provider one small question now. Throws `OperationError`. */
export async function probe(operations: Operations, caller: Caller, input: ProbeInput): Promise<Probed> {
  const { board, recheck, asking } = operations;
  const before = board.look(input.provider);
  const note = { caller, input, before };
  if (!before) {
    operations.journal.audit(auditOf(operations, note, { outcome: 'refused', after: null }));
    throw unknownProvider(operations, input.provider);
  }
  if (asking.has(input.provider)) {
    operations.journal.audit(auditOf(operations, note, { outcome: 'refused', after: null }));
    throw new OperationError('conflict', `${input.provider} is being asked already. Wait for its answer.`, {
      entry: before,
    });
  }
  asking.add(input.provider);
  try {
    const { ok, word, status, ms, costNanoUsd } = await recheck.probeNow(input.provider, caller.who);
    const entry = board.look(input.provider) ?? before;
    const audit = auditOf(operations, note, { outcome: 'done', after: { ...summaryOf(entry), answer: word, ms } });
    const durable = await writeAct(operations, { event: null, stored: null, audit });
    return { ok, word, status, ms, costNanoUsd, entry, durable };
  } finally {
    asking.delete(input.provider);
  }
}

interface Note {
  caller: Caller;
  input: ProbeInput;
  before: CircuitEntry | null;
}

function auditOf(operations: Operations, note: Note, end: { outcome: 'done' | 'refused'; after: object | null }) {
  return {
    id: operations.newId(),
    at: operations.clock.wall(),
    who: note.caller.who,
    what: 'circuits.probe',
    subject: note.input.provider,
    reason: note.input.reason,
    before: note.before && summaryOf(note.before),
    after: end.after,
    outcome: end.outcome,
    from: note.caller.from,
  };
}
