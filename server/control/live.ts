import { TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import type { LiveEvent } from '../core/live.ts';
import { router, viewer } from './trpc.ts';

/** Live streams open at once, over all browsers; one browser needs one. */
const maxStreams = 200;
/** Of one person or token: one who opens many leaves the others theirs. */
const maxStreamsOfOne = 50;
const maxIdCharacters = 200;

/** Where live events come from (`journal/live.ts`). An unknown id gets a fresh snapshot first. */
export interface LiveSource {
  subscribe(lastEventId: string | null, signal: AbortSignal): AsyncIterable<{ id: string; data: LiveEvent }>;
}

const resumeFrom = z.strictObject({ lastEventId: z.string().max(maxIdCharacters).nullish() }).prefault({});

/** What happens, as it happens: numbered, and resumable by the number heard last. */
export function liveRouter(live: LiveSource) {
  const openOf = new Map<string, number>();
  let open = 0;
  const count = (who: string, by: 1 | -1): void => {
    const left = (openOf.get(who) ?? 0) + by;
    open += by;
    if (left === 0) openOf.delete(who);
    else openOf.set(who, left);
  };
  return router({
    events: viewer.input(resumeFrom).subscription(async function* ({ ctx, input, signal }) {
      const { who } = ctx.caller;
      const yours = openOf.get(who) ?? 0;
      if (open >= maxStreams || yours >= maxStreamsOfOne) {
        const which = yours >= maxStreamsOfOne ? `${yours} live streams of ${who}` : `${open} live streams`;
        const message = `${which} are open, which is the limit. Close some dashboards, or poll circuits.list.`;
        throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
      }
      count(who, 1);
      try {
        const ending = eitherOf(signal, ctx.sessionSignal);
        for await (const { id, data } of live.subscribe(input.lastEventId ?? null, ending)) yield tracked(id, data);
      } finally {
        count(who, -1);
      }
    }),
  });
}

/** The stream ends when its reader leaves, or when their session does. */
function eitherOf(...signals: (AbortSignal | null | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== null && signal !== undefined));
}
