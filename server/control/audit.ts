import type { Storage } from '../../db/storage.ts';
import { auditCountsFilter, auditFilter, auditInput } from '../operations/inputs.ts';
import { countAudit, getAudit, listAudit } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

/** Who did what, when and why. */
export function auditRouter(storage: Storage) {
  return router({
    list: viewer.input(auditFilter.prefault({})).query(({ input }) => listAudit(storage, input)),
    counts: viewer.input(auditCountsFilter.prefault({})).query(({ input }) => countAudit(storage, input)),
    get: viewer.input(auditInput).query(({ input }) => getAudit(storage, input.id)),
  });
}
