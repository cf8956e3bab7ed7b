import type { Act, ActResult, CircuitEntry } from '../core/circuit/types.ts';
import type { AuditRecord } from '../core/records.ts';
import { writeAct } from './durable.ts';
import { OperationError, unknownName } from './errors.ts';
import type { HoldInput, ReleaseInput, ResetInput, TripInput } from './inputs.ts';
import type { Caller, Circuits, Operations } from './operations.ts';

/** The circuit after an act. `durable: false`: it took effect, but is not on disk yet. */
export type ActedEntry = CircuitEntry & { durable: boolean };

/** Takes a provider out, for a while or until reset. Throws `OperationError`, as all of these do. */
export function trip(operations: Operations, caller: Caller, input: TripInput): Promise<ActedEntry> {
  const { for: forMs = null, ...aimed } = input;
  return actOn(operations, caller, { type: 'trip', by: caller.who, forMs, ...aimed });
}

/** Keeps a provider in whatever its circuit learns, always with an end. */
export function hold(operations: Operations, caller: Caller, input: HoldInput): Promise<ActedEntry> {
  const { for: forMs, ...aimed } = input;
  return actOn(operations, caller, { type: 'hold', by: caller.who, forMs, ...aimed });
}

/** Forgets what the machine learned: closed with zero counts, or half-open so that the next call decides. */
export function reset(operations: Operations, caller: Caller, input: ResetInput): Promise<ActedEntry> {
  return actOn(operations, caller, { type: 'reset', by: caller.who, ...input });
}

/** Takes an override off: back to what the machine truly is. */
export function release(operations: Operations, caller: Caller, input: ReleaseInput): Promise<ActedEntry> {
  return actOn(operations, caller, { type: 'release', by: caller.who, ...input });
}

/** The act takes effect in one synchronous step; only then is the disk waited for. */
async function actOn(operations: Operations, caller: Caller, act: Act): Promise<ActedEntry> {
  const result = operations.board.act(act);
  const audit = auditOf(operations, { caller, act, result });
  if (!result.ok) {
    operations.journal.audit(audit);
    throw refusal(operations, act, result);
  }
  const durable = await writeAct(operations, { event: result.event, stored: result.stored, audit });
  return { ...result.entry, durable };
}

function auditOf(operations: Operations, done: { caller: Caller; act: Act; result: ActResult }): AuditRecord {
  const { caller, act, result } = done;
  return {
    id: operations.newId(),
    at: operations.clock.wall(),
    who: caller.who,
    what: `circuits.${act.type}`,
    subject: act.provider,
    reason: act.reason,
    before: result.ok ? summaryOf(result.before) : 'entry' in result ? summaryOf(result.entry) : null,
    after: result.ok ? summaryOf(result.entry) : null,
    outcome: result.ok ? 'done' : 'refused',
    from: caller.from,
  };
}

/** What an audit row keeps of a circuit. */
export function summaryOf(entry: CircuitEntry): object {
  const { state, automatic, override, cause, since, until, by, reason, epoch } = entry;
  return { state, automatic, override, cause, since, until, by, reason, epoch };
}

function refusal(operations: Operations, act: Act, result: ActResult & { ok: false }): OperationError {
  switch (result.code) {
    case 'unknown_provider':
      return unknownProvider(operations, result.provider);
    case 'conflict':
      return new OperationError(
        'conflict',
        `${act.provider} has changed since you looked: it is ${result.entry.state} now (epoch ${result.entry.epoch}). Nothing was done; look again and repeat it if it is still right.`,
        { entry: result.entry },
      );
    case 'idle':
      return new OperationError(
        'conflict',
        `${act.provider} is neither tripped nor held, so there is nothing to release. To change what its circuit learned, reset it.`,
        { entry: result.entry },
      );
  }
}

/** One circuit as it stands. Throws `OperationError`. */
export function getCircuit({ board }: Pick<Operations, 'board'>, provider: string): CircuitEntry {
  const entry = board.look(provider);
  if (!entry) throw unknownProvider({ board }, provider);
  return entry;
}

export function unknownProvider({ board }: { board: Pick<Circuits, 'list'> }, provider: string): OperationError {
  const names = board.list().map((entry) => entry.provider);
  return unknownName('provider', provider, names);
}
