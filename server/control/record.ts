import type { Storage } from '../../db/storage.ts';
import type { RetentionSettings } from '../core/retention.ts';
import { listKept } from '../operations/record.ts';
import { admin, router, viewer } from './trpc.ts';

interface RecordDeps {
  storage: Storage;
  settings: { retention: RetentionSettings; database: string };
}

/** The record itself: what is kept for how long, and what was let go. */
export function recordRouter({ storage, settings }: RecordDeps) {
  return router({
    /** Where the record is, on the machine of this program. */
    place: admin.query(() => ({ database: settings.database })),
    kept: viewer.query(() => listKept(storage, settings.retention)),
  });
}
