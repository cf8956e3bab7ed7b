import { initTRPC, TRPCError } from '@trpc/server';
import { scopeOf } from '../core/access.ts';
import { covers, type Role } from '../core/roles.ts';
import type { Identity } from './authenticate.ts';
import { strangerSentences, strangerStatus } from './authenticate.ts';
import { shownError, toTrpcError } from './errors.ts';

/** What every procedure knows of its request. */
export interface Context {
  identity: Identity;
  onRefused: OnRefused;
}

/** Is told of each act that was refused to who wanted it: `circuits.trip`, …; and of a stranger who only wanted to look: null. */
export type OnRefused = (by: Identity, what: string | null) => void;

/** Which role a procedure needs. */
interface Meta {
  role: Role;
}

/** Between two events of a live stream something is sent at least so often, so that either end notices a dead line. */
const pingMs = 10_000;
/** A client that has heard nothing for so long connects anew. */
const silenceMs = 25_000;

const trpc = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isDev: false, // never a stack in an answer
    sse: { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: silenceMs } },
    errorFormatter: ({ shape, error }) => shownError(shape, error),
  });

export const router = trpc.router;

/** Answers nobody who is not known or whose role does not reach, and translates what verbs throw. */
const guarded = trpc.procedure
  .use(async ({ ctx, meta, path, type, next }) => {
    const { identity } = ctx;
    if (!identity.known) {
      ctx.onRefused(identity, type === 'mutation' ? path : null);
      const code = strangerStatus[identity.why] === 429 ? 'TOO_MANY_REQUESTS' : 'UNAUTHORIZED';
      throw new TRPCError({ code, message: strangerSentences[identity.why] });
    }
    const { caller } = identity;
    const needs = meta?.role ?? 'admin';
    if (!covers(caller.role, needs)) {
      if (type === 'mutation') ctx.onRefused(identity, path);
      const message = `This takes the role ${needs}, and ${caller.who} is ${article(caller.role)}. Nothing was done; ask an admin.`;
      throw new TRPCError({ code: 'FORBIDDEN', message });
    }
    const scope = scopeOf(path);
    if (caller.scopes.length > 0 && scope !== null && (scope === undefined || !caller.scopes.includes(scope))) {
      if (type === 'mutation') ctx.onRefused(identity, path);
      const message = `${caller.who} is for ${caller.scopes.join(', ')} only. Nothing was done; ask an admin.`;
      throw new TRPCError({ code: 'FORBIDDEN', message });
    }
    return next({ ctx: { caller, sessionSignal: identity.signal } });
  })
  .use(async ({ next }) => {
    const result = await next();
    if (!result.ok) throw toTrpcError(result.error);
    return result;
  });

/** The bases of every procedure: each names the role that it takes. */
export const viewer = guarded.meta({ role: 'viewer' });
export const operator = guarded.meta({ role: 'operator' });
export const admin = guarded.meta({ role: 'admin' });

function article(role: Role): string {
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}
