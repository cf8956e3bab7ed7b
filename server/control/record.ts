import type { Storage } from '../../db/storage.ts';
import type { RetentionSettings } from '../core/retention.ts';
import { listKept } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

interface RecordDeps {
  storage: Storage;
  settings: { retention: RetentionSettings };
}

/** The record itself: what is kept for how long, and what was let go. */
export function recordRouter({ storage, settings }: RecordDeps) {
  return router({
    kept: viewer.query(() => listKept(storage, settings.retention)),
  });
}
