import { type PersonRecord, type ShownPerson, shownPerson } from '../../core/access.ts';
import { OperationError, unknownName } from '../errors.ts';
import { noteRefused } from '../note.ts';
import type { Caller } from '../operations.ts';
import { type AccessOperations, change } from './access.ts';
import type { AddPersonInput, ChangePasswordInput, ChangePersonInput } from './inputs.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { hashOf, newSecret } from './secret.ts';

/** People there may be, those who may not come in any more with them. */
const maxPeople = 1_000;
/** How long an invitation can be taken up. */
export const inviteMs = 3 * 86_400_000;

/** A person after an act. `durable: false`: it took effect, but is not on disk yet. */
export interface ChangedPerson {
  person: ShownPerson;
  durable: boolean;
}

/** In the order in which they came. */
export function listPeople({ book, clock }: AccessOperations): ShownPerson[] {
  const now = clock.wall();
  return book.listPeople().map((person) => shownPerson(person, now));
}

/** Adds a person; `secret` is of the one-use link by which they set a password. Throws `OperationError`, as all of these do. */
export async function addPerson(
  operations: AccessOperations,
  caller: Caller,
  { name, role }: AddPersonInput,
): Promise<ChangedPerson & { secret: string }> {
  if (operations.book.named(name)) throw new OperationError('conflict', `There is a person called "${name}" already.`);
  const secret = newSecret();
  const person = { ...newPerson(operations, caller, { name, role }), ...invitation(operations, secret) };
  const changed = await putPerson(operations, caller, { what: 'people.add', before: null, after: person });
  return { ...changed, secret };
}

/** A new link to set a password by, for somebody who lost theirs or let the first one pass. The one before works no more. */
export async function invitePerson(
  operations: AccessOperations,
  caller: Caller,
  { id }: { id: string },
): Promise<ChangedPerson & { secret: string }> {
  const before = personOf(operations, id);
  if (before.disabledAt !== null)
    throw new OperationError('conflict', `${before.name} may not come in: allow that first.`);
  const secret = newSecret();
  const after = { ...before, ...invitation(operations, secret) };
  const changed = await putPerson(operations, caller, { what: 'people.invite', before, after });
  return { ...changed, secret };
}

/** Another role, or whether they may come in at all: then their sessions end. The last admin stays one. */
export async function changePerson(
  operations: AccessOperations,
  caller: Caller,
  input: ChangePersonInput,
): Promise<ChangedPerson> {
  const { book, clock, sessions } = operations;
  const before = personOf(operations, input.id);
  const disabled = input.disabled ?? before.disabledAt !== null;
  const disabledAt = disabled ? (before.disabledAt ?? Math.round(clock.wall())) : null;
  const after = { ...before, role: input.role ?? before.role, disabledAt };
  const isLast = book.listPeople().filter(({ role, disabledAt: at }) => role === 'admin' && at === null).length === 1;
  const leaves = before.role === 'admin' && before.disabledAt === null && (after.role !== 'admin' || disabled);
  if (isLast && leaves) {
    throw new OperationError('conflict', `${before.name} is the last admin: make somebody else one first.`);
  }
  const written = putPerson(operations, caller, { what: 'people.change', before, after });
  // Another role takes effect at each request; a live feed was let in by the old one.
  sessions.endOf(before.id);
  return written;
}

/** Takes up an invitation. `secret`: of its link. */
export async function acceptInvitation(
  operations: AccessOperations,
  from: string,
  { secret, password }: { secret: string; password: string },
): Promise<PersonRecord> {
  const { book, clock, sessions } = operations;
  if (!book.invited(secret, clock.wall())) throw badInvitation();
  const passwordHash = await hashPassword(password);
  // Hashing takes a while: only one of two who use the link at once gets in by it, as whom an admin has made of them meanwhile.
  const before = book.invited(secret, clock.wall());
  if (!before) throw badInvitation();
  const after = { ...before, passwordHash, inviteHash: null, inviteEndsAt: null };
  sessions.endOf(before.id);
  await putPerson(operations, { who: before.name, from }, { what: 'people.join', before, after });
  return after;
}

/** One's own password. Every session ends. */
export async function changePassword(
  operations: AccessOperations,
  caller: Caller & { owner: string | null },
  { current, password }: ChangePasswordInput,
): Promise<{ durable: boolean }> {
  const before = caller.owner === null ? null : operations.book.person(caller.owner);
  if (!before) throw new OperationError('bad_request', 'You have not signed in as a person with a password.');
  const { lockouts } = operations;
  const locked = lockouts.isLocked(before.name);
  // Whoever sits at somebody's open page may guess here no more often than at the sign-in.
  if (locked || !(await isPassword(before.passwordHash, current))) {
    const locks = !locked && lockouts.wrong(before.name);
    const why = locked ? 'the name is locked' : locks ? 'wrong for the tenth time: the name is locked' : 'wrong';
    const { who, from } = caller;
    noteRefused(operations, { who, from, what: 'people.password', subject: before.name, reason: why });
    throw new OperationError('forbidden', notPresent);
  }
  lockouts.right(before.name);
  const passwordHash = await hashPassword(password);
  // Hashing takes a while: what an admin has made of them meanwhile stands.
  const now = operations.book.person(before.id);
  if (now?.passwordHash !== before.passwordHash || now.disabledAt !== null) {
    throw new OperationError('forbidden', 'You have been signed out meanwhile. Nothing was changed: sign in again.');
  }
  const after = { ...now, passwordHash };
  const written = putPerson(operations, caller, { what: 'people.password', before: now, after });
  operations.sessions.endOf(now.id);
  return { durable: (await written).durable };
}

/** Somebody new, without a way in yet. Throws `conflict` when there are as many as there may be. */
export function newPerson(
  { newId, clock, book }: AccessOperations,
  caller: Pick<Caller, 'who'>,
  { name, role }: AddPersonInput,
): PersonRecord {
  if (book.listPeople().length >= maxPeople) {
    throw new OperationError('conflict', `There are ${maxPeople} people, as many as there may be.`);
  }
  return {
    id: newId(),
    name,
    role,
    passwordHash: null,
    subject: null,
    inviteHash: null,
    inviteEndsAt: null,
    createdAt: Math.round(clock.wall()),
    createdBy: caller.who,
    seenAt: null,
    disabledAt: null,
  };
}

function invitation({ clock }: AccessOperations, secret: string): Pick<PersonRecord, 'inviteHash' | 'inviteEndsAt'> {
  return { inviteHash: hashOf(secret), inviteEndsAt: Math.round(clock.wall()) + inviteMs };
}

/** Writes a person as they are after an act, with its audit row. */
export async function putPerson(
  operations: AccessOperations,
  caller: Pick<Caller, 'who' | 'from'>,
  { what, before, after }: { what: string; before: PersonRecord | null; after: PersonRecord },
): Promise<ChangedPerson> {
  const now = operations.clock.wall();
  const person = shownPerson(after, now);
  const shown = { before: before && shownPerson(before, now), after: person };
  const durable = await change(operations, { caller, what, subject: after.name, ...shown, people: [after] });
  return { person, durable };
}

function personOf({ book }: AccessOperations, id: string): PersonRecord {
  const person = book.person(id) ?? book.named(id);
  if (person) return person;
  const names = book.listPeople().map(({ name }) => name);
  throw unknownName('person', id, names);
}

const notPresent =
  'This is not your present password. After ten wrong ones a name is locked for a quarter of an hour; an admin can send a new invitation.';

function badInvitation(): OperationError {
  return new OperationError(
    'forbidden',
    'This invitation does not work: it was used already, is older than three days, or was replaced. Ask an admin for a new one.',
  );
}
