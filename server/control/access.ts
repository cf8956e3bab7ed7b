import type { ShownSession } from '../core/access.ts';
import type { AccessOperations } from '../operations/access/access.ts';
import {
  addPersonInput,
  changePasswordInput,
  changePersonInput,
  createTokenInput,
  endSessionsInput,
  idInput,
} from '../operations/access/inputs.ts';
import { addPerson, changePassword, changePerson, invitePerson, listPeople } from '../operations/access/people.ts';
import { createToken, listTokens, revokeToken } from '../operations/access/tokens.ts';
import { sessionsWritten } from '../operations/durable.ts';
import { OperationError, unknownName } from '../operations/errors.ts';
import { note } from '../operations/note.ts';
import type { Known } from './authenticate.ts';
import { admin, router, viewer } from './trpc.ts';

/** Who may come in: tokens of programs, people, and who is signed in now. */
export function accessRouter(operations: AccessOperations) {
  const { sessions, clock } = operations;
  const sessionsOf = (session: string | null): ShownSession[] =>
    sessions.list().map((shown) => ({ ...shown, current: shown.id === session }));
  return router({
    tokens: admin.query(() => listTokens(operations)),
    createToken: admin
      .input(createTokenInput)
      .mutation(({ ctx, input }) => createToken(operations, unbound(ctx.caller), input)),
    revokeToken: admin.input(idInput).mutation(({ ctx, input }) => revokeToken(operations, ctx.caller, input)),
    people: admin.query(() => listPeople(operations)),
    addPerson: admin
      .input(addPersonInput)
      .mutation(({ ctx, input }) => addPerson(operations, unbound(ctx.caller), input)),
    invitePerson: admin
      .input(idInput)
      .mutation(({ ctx, input }) => invitePerson(operations, unbound(ctx.caller), input)),
    changePerson: admin
      .input(changePersonInput)
      .mutation(({ ctx, input }) => changePerson(operations, unbound(ctx.caller), input)),
    changePassword: viewer
      .input(changePasswordInput)
      .mutation(({ ctx, input }) => changePassword(operations, ctx.caller, input)),
    sessions: admin.query(({ ctx }) => sessionsOf(ctx.caller.session)),
    /** One's own, on whatever machine. */
    mySessions: viewer.query(({ ctx }) => sessionsOf(ctx.caller.session).filter(({ who }) => who === ctx.caller.who)),
    endSession: viewer.input(idInput).mutation(async ({ ctx, input }) => {
      const { who, role, from } = ctx.caller;
      const found = sessions.list().find(({ id }) => id === input.id);
      if (!found || (role !== 'admin' && found.who !== who)) {
        throw new OperationError('not_found', `There is no session "${input.id}" of yours: it may have ended already.`);
      }
      sessions.end(found.id);
      note(operations, { who, from, what: 'session.end', subject: found.who, outcome: 'done' });
      return { id: found.id, durable: await sessionsWritten(clock, sessions) };
    }),
    /** On whatever machine; programs come by their tokens as before. */
    endSessions: admin.input(endSessionsInput).mutation(async ({ ctx, input: { who: whose } }) => {
      const found = sessions.list().filter(({ who }) => whose === undefined || who === whose);
      if (found.length === 0 && whose !== undefined) {
        const names = [...new Set(sessions.list().map(({ who }) => who))];
        throw unknownName('session of', whose, names);
      }
      for (const { id } of found) sessions.end(id);
      const { who, from } = ctx.caller;
      note(operations, { who, from, what: 'session.endAll', subject: whose ?? 'everybody', outcome: 'done' });
      return { ended: found.length, durable: await sessionsWritten(clock, sessions) };
    }),
  });
}

/** Whoever is let in has all that their role allows: a token that is for less lets nobody in. Throws `OperationError`. */
function unbound(caller: Known): Known {
  if (caller.scopes.length === 0) return caller;
  const message = `Nobody gives out more than they have: ${caller.who} is for ${caller.scopes.join(', ')} only.`;
  throw new OperationError('forbidden', message);
}
