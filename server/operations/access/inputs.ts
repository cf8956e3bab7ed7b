import { z } from 'zod';
import { scopes } from '../../core/access.ts';
import { readDuration, showDuration } from '../../core/duration.ts';
import { roles } from '../../core/roles.ts';
import { passwordCharacters } from './passwords.ts';

/** What the verbs of this folder take, with the sentences that refuse it. */

const maxNameCharacters = 64;
const maxIdCharacters = 200;
const expiresMs = { least: 60_000, most: 3_650 * 86_400_000 };

const role = z.enum(roles, { error: `one of ${roles.join(', ')}` });
const id = z.string().min(1).max(maxIdCharacters);

const nameHint = `1 to ${maxNameCharacters} letters, digits or . _ - + @`;
const name = z.string({ error: nameHint }).regex(/^[\p{L}\p{N}._+@-]{1,64}$/u, nameHint);
/** Names that the audit uses for others than people. */
export const takenNames = ['operator', 'itself', 'unknown'];
const personName = name.refine(
  (text) => !takenNames.includes(text.toLowerCase()),
  'this name stands for something else in the audit: take another',
);

const tokenName = name.refine(
  (text) => text.toLowerCase() !== 'admin',
  'token:admin stands for RECLOSER_TOKEN in the audit: take another name',
);

const expiresHint = `give a number with a unit, as in 90d; from ${showDuration(expiresMs.least)} to ${showDuration(expiresMs.most)}`;
const expires = z
  .string({ error: expiresHint })
  .max(32, expiresHint)
  .transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== null && ms >= expiresMs.least && ms <= expiresMs.most) return ms;
    context.addIssue(expiresHint);
    return z.NEVER;
  });

const passwordHint = `a password has ${passwordCharacters.least} to ${passwordCharacters.most} characters`;
export const newPassword = z
  .string({ error: passwordHint })
  .min(passwordCharacters.least, passwordHint)
  .max(passwordCharacters.most, passwordHint);

export const createTokenInput = z.strictObject({
  name: tokenName,
  role,
  scopes: z
    .array(z.enum(scopes, { error: `out of ${scopes.join(', ')}` }))
    .max(scopes.length)
    .default([])
    .transform((list) => [...new Set(list)]),
  expires: expires.optional(),
});
export const idInput = z.strictObject({ id });
/** `who`: as the list of sessions names them; left out: everybody. */
export const endSessionsInput = z.strictObject({ who: id.optional() });
export const addPersonInput = z.strictObject({ name: personName, role });
export const changePersonInput = z.strictObject({ id, role: role.optional(), disabled: z.boolean().optional() });
export const changePasswordInput = z.strictObject({
  current: z.string().max(passwordCharacters.most),
  password: newPassword,
});

export type CreateTokenInput = z.output<typeof createTokenInput>;
export type AddPersonInput = z.output<typeof addPersonInput>;
export type ChangePersonInput = z.output<typeof changePersonInput>;
export type ChangePasswordInput = z.output<typeof changePasswordInput>;
