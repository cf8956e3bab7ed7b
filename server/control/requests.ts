import type { Storage } from '../../db/storage.ts';
import { requestFilter, requestInput } from '../operations/inputs.ts';
import { getRequest, listRequests } from '../operations/record.ts';
import { procedure, router } from './trpc.ts';

/** The requests in the record. */
export function requestsRouter(storage: Storage) {
  return router({
    list: procedure.input(requestFilter.prefault({})).query(({ input }) => listRequests(storage, input)),
    get: procedure.input(requestInput).query(({ input }) => getRequest(storage, input.id)),
  });
}
