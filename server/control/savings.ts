import type { ProviderBook } from '../core/book.ts';
import type { Operations } from '../operations/operations.ts';
import { dropShare, listShares, savingsSummary, setShare } from '../operations/savings.ts';
import { dropShareInput, savingsInput, setShareInput } from '../operations/savingsInputs.ts';
import { operator, router, viewer } from './trpc.ts';

/** What leaving broken providers alone saves, and what is known of bills. */
export function savingsRouter(operations: Operations, book: ProviderBook) {
  return router({
    summary: viewer.input(savingsInput.prefault({})).query(({ input }) => savingsSummary(operations, book, input)),
    shares: viewer.query(() => listShares(operations, book)),
    setShare: operator
      .input(setShareInput)
      .mutation(({ ctx, input }) => setShare(operations, book, { caller: ctx.caller, input })),
    dropShare: operator
      .input(dropShareInput)
      .mutation(({ ctx, input }) => dropShare(operations, book, { caller: ctx.caller, input })),
  });
}
