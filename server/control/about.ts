import type { Storage } from '../../db/storage.ts';
import type { About } from '../core/about.ts';
import { router, viewer } from './trpc.ts';

/** What is the same for whoever asks. */
export type AboutProgram = Omit<About, 'who' | 'role' | 'empty'>;

interface AboutDeps {
  about: () => AboutProgram;
  storage: Pick<Storage, 'listRequests'>;
}

/** What a page is told of the program it looks at. */
export function aboutRouter({ about, storage }: AboutDeps) {
  /** Once there was a request, the record is not asked again. */
  let empty = true;
  return router({
    get: viewer.query(async ({ ctx }): Promise<About> => {
      if (empty) empty = await isEmpty(storage);
      const { who, role } = ctx.caller;
      return { ...about(), who, role, empty };
    }),
  });
}

/** A record that cannot be read is not taken for an empty one: its page would say that nothing was ever asked. */
async function isEmpty(storage: Pick<Storage, 'listRequests'>): Promise<boolean> {
  try {
    return (await storage.listRequests({ limit: 1 })).rows.length === 0;
  } catch {
    return false;
  }
}
