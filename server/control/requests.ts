import type { Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import { explainRequest, findEvidence } from '../operations/explain.ts';
import { evidenceInput, requestCountsFilter, requestFilter, requestInput } from '../operations/inputs.ts';
import { countRequests, listRequests } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

/** The requests in the record. */
export function requestsRouter(storage: Storage, book: ProviderBook) {
  return router({
    list: viewer.input(requestFilter.prefault({})).query(({ input }) => listRequests(storage, input)),
    counts: viewer.input(requestCountsFilter.prefault({})).query(({ input }) => countRequests(storage, input)),
    get: viewer.input(requestInput).query(({ input }) => explainRequest(storage, input.id, book)),
    evidence: viewer.input(evidenceInput).query(({ input }) => findEvidence(storage, input.ids)),
  });
}
