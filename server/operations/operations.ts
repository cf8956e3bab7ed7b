import type { Storage } from '../../db/storage.ts';
import type { Act, ActResult, CircuitEntry, CircuitEvent, StoredCircuit } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import type { GhostReport } from '../core/ghost.ts';
import type { Log } from '../core/log.ts';
import type { AuditRecord } from '../core/records.ts';
import type { Role } from '../core/roles.ts';

/** What every verb works on; handed in, so that no verb reaches for the world. */
export interface Operations {
  board: Circuits;
  recheck: Recheck;
  storage: Storage;
  clock: Clock;
  newId: () => string;
  log: Log;
  journal: Journal;
  /** Providers being asked by hand now: one question at a time each, since a question costs money. */
  asking: Set<string>;
}

/** Takes rows that nobody waits for (a refused act, a sign-in, an act the storage gave up); never throws. */
export interface Journal {
  audit(record: AuditRecord): void;
  transition(event: CircuitEvent, stored: StoredCircuit): void;
}

/** What verbs need of the board (`circuits/board.ts`): plain messages in, plain data out. */
export interface Circuits {
  act(act: Act): ActResult;
  list(): CircuitEntry[];
  look(provider: string): CircuitEntry | null;
  /** What other settings would have done, a report for each ghost; of one provider or of all. */
  ghostReports(provider?: string): GhostReport[];
  /** The number of the last transition of this node; 0: none yet. */
  readonly lastSeq: number;
}

export interface Recheck {
  /** Asks the provider one small question now, at whatever state its circuit is, and tells the circuit what came. */
  probeNow(provider: string, by: string): Promise<Answered>;
}

/** How a provider answered when asked by hand. `word` as in the trail; money in nano-dollars, null where not known. */
export interface Answered {
  ok: boolean;
  word: string;
  status: number | null;
  ms: number;
  costNanoUsd: number | null;
}

/** Who asks: `token:admin`, `operator`, …; and from which address, where there is one. */
export interface Caller {
  who: string;
  role: Role;
  from: string | null;
}
