import type { Storage } from '../../db/storage.ts';
import { auditFilter } from '../operations/inputs.ts';
import { listAudit } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

/** Who did what, when and why. */
export function auditRouter(storage: Storage) {
  return router({
    list: viewer.input(auditFilter.prefault({})).query(({ input }) => listAudit(storage, input)),
  });
}
