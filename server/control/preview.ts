import { unknownProvider } from '../operations/circuits.ts';
import { previewInput } from '../operations/inputs.ts';
import type { Operations } from '../operations/operations.ts';
import type { OverviewSource } from './overview.ts';
import { viewer } from './trpc.ts';

/** What a trip would have done to the last minutes; changes nothing. */
export function previewProcedure(operations: Operations, overviews: Pick<OverviewSource, 'preview'>) {
  return viewer.input(previewInput).query(({ input }) => {
    const entry = operations.board.look(input.provider);
    if (!entry) throw unknownProvider(operations, input.provider);
    return overviews.preview(entry);
  });
}
