import type { ProviderBook } from '../core/book.ts';
import { getCircuit, hold, release, reset, trip } from '../operations/circuits.ts';
import { ghosts } from '../operations/ghosts.ts';
import {
  circuitInput,
  ghostsInput,
  holdInput,
  probeInput,
  releaseInput,
  resetInput,
  traceInput,
  tripInput,
} from '../operations/inputs.ts';
import type { Operations } from '../operations/operations.ts';
import { outageTrace } from '../operations/outage.ts';
import { probe } from '../operations/probe.ts';
import type { OverviewSource } from './overview.ts';
import { previewProcedure } from './preview.ts';
import { operator, router, viewer } from './trpc.ts';

interface CircuitsDeps {
  overviews: OverviewSource;
  book: ProviderBook;
}

/** The circuits: how they stand, and what operators do to them. */
export function circuitsRouter(operations: Operations, { overviews, book }: CircuitsDeps) {
  const { storage } = operations;
  return router({
    list: viewer.query(() => ({
      now: operations.clock.wall(),
      seq: operations.board.lastSeq,
      circuits: operations.board.list(),
    })),
    get: viewer.input(circuitInput).query(({ input }) => getCircuit(operations, input.provider)),
    preview: previewProcedure(operations, overviews),
    ghosts: viewer.input(ghostsInput.prefault({})).query(({ input }) => ghosts(operations, input)),
    trace: viewer.input(traceInput).query(({ input }) => outageTrace({ storage, providers: book.providers }, input)),
    trip: operator.input(tripInput).mutation(({ ctx, input }) => trip(operations, ctx.caller, input)),
    hold: operator.input(holdInput).mutation(({ ctx, input }) => hold(operations, ctx.caller, input)),
    reset: operator.input(resetInput).mutation(({ ctx, input }) => reset(operations, ctx.caller, input)),
    release: operator.input(releaseInput).mutation(({ ctx, input }) => release(operations, ctx.caller, input)),
    probe: operator.input(probeInput).mutation(({ ctx, input }) => probe(operations, ctx.caller, input)),
  });
}
