import type { Storage } from '../../db/storage.ts';
import { evidenceInput, requestCountsFilter, requestFilter, requestInput } from '../operations/inputs.ts';
import { countRequests, findEvidence, getRequest, listRequests } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

/** The requests in the record. */
export function requestsRouter(storage: Storage) {
  return router({
    list: viewer.input(requestFilter.prefault({})).query(({ input }) => listRequests(storage, input)),
    counts: viewer.input(requestCountsFilter.prefault({})).query(({ input }) => countRequests(storage, input)),
    get: viewer.input(requestInput).query(({ input }) => getRequest(storage, input.id)),
    evidence: viewer.input(evidenceInput).query(({ input }) => findEvidence(storage, input.ids)),
  });
}
