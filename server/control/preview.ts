import { getCircuit } from '../operations/circuits.ts';
import { circuitInput } from '../operations/inputs.ts';
import type { Operations } from '../operations/operations.ts';
import type { OverviewSource } from './overview.ts';
import { viewer } from './trpc.ts';

/** What a trip would have done to the last minutes; changes nothing. */
export function previewProcedure(operations: Operations, overviews: Pick<OverviewSource, 'preview'>) {
  return viewer.input(circuitInput).query(({ input }) => overviews.preview(getCircuit(operations, input.provider)));
}
