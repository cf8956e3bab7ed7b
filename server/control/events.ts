import type { Storage } from '../../db/storage.ts';
import { eventFilter } from '../operations/inputs.ts';
import { listEvents } from '../operations/record.ts';
import { procedure, router } from './trpc.ts';

/** The transitions of circuits in the record. */
export function eventsRouter(storage: Storage) {
  return router({
    list: procedure.input(eventFilter.prefault({})).query(({ input }) => listEvents(storage, input)),
  });
}
