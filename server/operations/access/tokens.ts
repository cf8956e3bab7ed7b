import { type ShownToken, shownToken, type TokenRecord } from '../../core/access.ts';
import { covers } from '../../core/roles.ts';
import { OperationError, unknownName } from '../errors.ts';
import type { Caller } from '../operations.ts';
import { type AccessOperations, change } from './access.ts';
import type { CreateTokenInput } from './inputs.ts';
import { hashOf, newSecret } from './secret.ts';

/** Tokens that let somebody in; over it one has to be revoked first. */
const maxGood = 500;
/** Rows kept in memory, revoked and expired ones with them. */
const maxKept = 10_000;
/** So that a secret is known for what it is where it turns up. */
const secretPrefix = 'rcl_';

/** Newest first. */
export function listTokens({ book, clock }: AccessOperations): ShownToken[] {
  const now = clock.wall();
  return book
    .listTokens()
    .map((token) => shownToken(token, now))
    .reverse();
}

/** A new token; `secret` is told here and nowhere else, ever. Throws `OperationError`, as all of these do. */
export async function createToken(
  operations: AccessOperations,
  caller: Caller,
  input: CreateTokenInput,
): Promise<{ token: ShownToken; secret: string; durable: boolean }> {
  const { clock, newId } = operations;
  const now = Math.round(clock.wall());
  if (!covers(caller.role, input.role)) {
    throw new OperationError('forbidden', `Nobody gives out more than they have: you are ${caller.role}.`);
  }
  const all = listTokens(operations);
  const good = all.filter(({ state }) => state === 'good');
  if (good.some(({ name }) => name === input.name)) {
    throw new OperationError(
      'conflict',
      `There is a token called "${input.name}" already: revoke it, or take another name.`,
    );
  }
  if (good.length >= maxGood || all.length >= maxKept) {
    throw new OperationError(
      'conflict',
      `There are ${good.length} tokens, as many as there may be: revoke some first.`,
    );
  }
  const secret = secretPrefix + newSecret();
  const token: TokenRecord = {
    id: newId(),
    name: input.name,
    hash: hashOf(secret),
    role: input.role,
    scopes: input.scopes,
    createdAt: now,
    createdBy: caller.who,
    expiresAt: input.expires === undefined ? null : now + input.expires,
    lastUsedAt: null,
    revokedAt: null,
  };
  const shown = shownToken(token, now);
  const done = { caller, what: 'tokens.create', subject: token.name, before: null, after: shown };
  const durable = await change(operations, { ...done, tokens: [token] });
  return { token: shown, secret, durable };
}

/** It lets nobody in from now on, and sessions opened with it end. */
export async function revokeToken(
  operations: AccessOperations,
  caller: Caller,
  { id }: { id: string },
): Promise<{ token: ShownToken; durable: boolean }> {
  const { book, clock, sessions } = operations;
  const now = Math.round(clock.wall());
  const token = book.token(id) ?? book.listTokens().find(({ name, revokedAt }) => name === id && revokedAt === null);
  if (!token) {
    const names = book.listTokens().map(({ name }) => name);
    throw unknownName('token', id, names);
  }
  if (token.revokedAt !== null) throw new OperationError('conflict', `The token "${token.name}" is revoked already.`);
  const revoked = { ...token, revokedAt: now };
  const shown = shownToken(revoked, now);
  const done = { caller, what: 'tokens.revoke', subject: token.name, before: shownToken(token, now), after: shown };
  const written = change(operations, { ...done, tokens: [revoked] });
  sessions.endOf(token.id);
  return { token: shown, durable: await written };
}
