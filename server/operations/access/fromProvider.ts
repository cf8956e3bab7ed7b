import type { PersonRecord } from '../../core/access.ts';
import { type Role, roles } from '../../core/roles.ts';
import type { OpenIdSettings } from '../../core/settings.ts';
import { OperationError } from '../errors.ts';
import type { AccessOperations } from './access.ts';
import { takenNames } from './inputs.ts';
import { newPerson, putPerson } from './people.ts';

/** What an identity provider says of somebody. */
export type Claims = Record<string, unknown> & { iss: string; sub: string };

/**
 * Somebody whom the identity provider vouches for, with the role that it gives them now; a stranger becomes a person.
 * Where it gives another role than before, or none, sessions that were begun with the one of before end. Throws `forbidden`:
 * none of the role's values is theirs, or they may not come in any more.
 */
export async function personFromProvider(
  operations: AccessOperations,
  settings: OpenIdSettings,
  { claims, from }: { claims: Claims; from: string },
): Promise<PersonRecord> {
  const { book, sessions } = operations;
  const subject = `${claims.iss} ${claims.sub}`;
  const known = book.bySubject(subject);
  const name = known?.name ?? freeName(operations, nameOf(claims, settings.nameClaim));
  const role = roleOf(claims, settings);
  if (known?.disabledAt != null) throw new OperationError('forbidden', `${name} may not come in here any more.`);
  if (known && known.role !== role) sessions.endOf(known.id);
  if (role === null) {
    throw new OperationError('forbidden', `${name} has no role here: an admin of the identity provider gives one.`);
  }
  if (known?.role === role) return known;
  const caller = { who: name, from };
  const after = known ? { ...known, role } : { ...newPerson(operations, caller, { name, role }), subject };
  await putPerson(operations, caller, { what: known ? 'people.change' : 'people.join', before: known, after });
  return after;
}

/** The highest role that a value of the claim gives; null: none does. */
export function roleOf(claims: Claims, settings: Pick<OpenIdSettings, 'roleClaim' | 'roles'>): Role | null {
  const claim = claims[settings.roleClaim];
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');
  return roles.findLast((role) => settings.roles[role].some((value) => values.includes(value))) ?? null;
}

const maxNameCharacters = 60;

/** In the characters that names have here. */
function nameOf(claims: Claims, claim: string): string {
  const said = [claims[claim], claims.email, claims.sub].find((value) => typeof value === 'string' && value !== '');
  const name = String(said).replaceAll(/[^\p{L}\p{N}._+@-]/gu, '-');
  return name.slice(0, maxNameCharacters);
}

/** Two people of one name are told apart; and nobody is called what the audit calls others. */
function freeName({ book }: AccessOperations, name: string): string {
  let free = takenNames.includes(name.toLowerCase()) ? `${name}-1` : name;
  for (let more = 2; book.named(free); more += 1) free = `${name}-${more}`;
  return free;
}
