import type { ProviderBook } from '../core/book.ts';
import { probeFilter, providerInput } from '../operations/inputs.ts';
import type { Operations } from '../operations/operations.ts';
import { listProbes, providerPage } from '../operations/providers.ts';
import { router, viewer } from './trpc.ts';

/** One provider: how it did, and what the config says of it. */
export function providersRouter(operations: Operations, book: ProviderBook) {
  return router({
    get: viewer.input(providerInput).query(({ input }) => providerPage(operations, book, input)),
    probes: viewer.input(probeFilter).query(({ input }) => listProbes(operations.storage, input)),
  });
}
