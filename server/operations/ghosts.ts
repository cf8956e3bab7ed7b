import type { CircuitEntry } from '../core/circuit/types.ts';
import type { GhostReport } from '../core/ghost.ts';
import { unknownProvider } from './circuits.ts';
import type { Operations } from './operations.ts';

/** What each ghost would have done beside its circuit, since `since` of each; and the circuits as they stand. Changes nothing. */
export function ghosts(
  operations: Operations,
  input: { provider?: string | undefined },
): { now: number; ghosts: GhostReport[]; circuits: CircuitEntry[] } {
  const { board, clock } = operations;
  if (input.provider === undefined) return { now: clock.wall(), ghosts: board.ghostReports(), circuits: board.list() };
  const entry = board.look(input.provider);
  if (!entry) throw unknownProvider(operations, input.provider);
  return { now: clock.wall(), ghosts: board.ghostReports(input.provider), circuits: [entry] };
}
