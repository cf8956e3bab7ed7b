import { TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import type { LiveEvent } from '../core/live.ts';
import { router, viewer } from './trpc.ts';

/** Live streams open at once, over all browsers; one browser needs one. */
const maxStreams = 200;
const maxIdCharacters = 200;

/** Where live events come from (`journal/live.ts`). An unknown id gets a fresh snapshot first. */
export interface LiveSource {
  subscribe(lastEventId: string | null, signal: AbortSignal): AsyncIterable<{ id: string; data: LiveEvent }>;
}

const resumeFrom = z.strictObject({ lastEventId: z.string().max(maxIdCharacters).nullish() }).prefault({});

/** What happens, as it happens: numbered, and resumable by the number heard last. */
export function liveRouter(live: LiveSource) {
  let open = 0;
  return router({
    events: viewer.input(resumeFrom).subscription(async function* ({ ctx, input, signal }) {
      if (open >= maxStreams) {
        throw new TRPCError({
          code: 'TOO_MANY_REQUESTS',
          message: `${maxStreams} live streams are open, which is the limit. Close some dashboards, or poll circuits.list.`,
        });
      }
      open += 1;
      try {
        const ending = eitherOf(signal, ctx.sessionSignal);
        for await (const { id, data } of live.subscribe(input.lastEventId ?? null, ending)) yield tracked(id, data);
      } finally {
        open -= 1;
      }
    }),
  });
}

/** The stream ends when its reader leaves, or when their session does. */
function eitherOf(...signals: (AbortSignal | null | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== null && signal !== undefined));
}
