import type { Storage } from '../../db/storage.ts';
import { auditFilter } from '../operations/inputs.ts';
import { listAudit } from '../operations/record.ts';
import { procedure, router } from './trpc.ts';

/** Who did what, when and why. */
export function auditRouter(storage: Storage) {
  return router({
    list: procedure.input(auditFilter.prefault({})).query(({ input }) => listAudit(storage, input)),
  });
}
