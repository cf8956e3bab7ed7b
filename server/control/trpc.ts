import { initTRPC, TRPCError } from '@trpc/server';
import type { Identity } from './authenticate.ts';
import { strangerSentences, strangerStatus } from './authenticate.ts';
import { shownError, toTrpcError } from './errors.ts';

/** What every procedure knows of its request. */
export interface Context {
  identity: Identity;
}

/** Between two events of a live stream something is sent at least so often, so that either end notices a dead line. */
const pingMs = 10_000;
/** A client that has heard nothing for so long connects anew. */
const silenceMs = 25_000;

const trpc = initTRPC.context<Context>().create({
  isDev: false, // never a stack in an answer
  sse: { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: silenceMs } },
  errorFormatter: ({ shape, error }) => shownError(shape, error),
});

export const router = trpc.router;

/** The base of every procedure: answers nobody who is not known, and translates what verbs throw. */
export const procedure = trpc.procedure
  .use(async ({ ctx, next }) => {
    const { identity } = ctx;
    if (!identity.known) {
      const code = strangerStatus[identity.why] === 429 ? 'TOO_MANY_REQUESTS' : 'UNAUTHORIZED';
      throw new TRPCError({ code, message: strangerSentences[identity.why] });
    }
    return next({ ctx: { caller: identity.caller, sessionSignal: identity.signal } });
  })
  .use(async ({ next }) => {
    const result = await next();
    if (!result.ok) throw toTrpcError(result.error);
    return result;
  });
