import type { Storage } from '../../db/storage.ts';
import { eventFilter } from '../operations/inputs.ts';
import { listEvents } from '../operations/record.ts';
import { router, viewer } from './trpc.ts';

/** The transitions of circuits in the record. */
export function eventsRouter(storage: Storage) {
  return router({
    list: viewer.input(eventFilter.prefault({})).query(({ input }) => listEvents(storage, input)),
  });
}
