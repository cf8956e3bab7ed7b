import { z } from 'zod';
import { isZoneName } from '../core/savings/days.ts';
import { billingKinds } from '../core/savings/shares.ts';
import { groupings } from '../core/savings/summary.ts';
import { moment, name, reason } from './inputs.ts';

/** What the verbs of savings take. */

const maxSourceCharacters = 500;
const spanHint = 'a time of at most 100 days, with `from` before `to`';
export const maxSpanMs = 100 * 86_400_000;

/** Without `to`: until now; without `from`: the day before. `zone` is that of the days, UTC where it is not said. */
export const savingsInput = z
  .strictObject({
    from: moment,
    to: moment,
    by: z.enum(groupings).optional(),
    zone: z
      .string()
      .max(100)
      .refine(isZoneName, { error: 'a name of the time-zone database, as in Europe/Berlin' })
      .default('UTC'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || (from < to && to - from <= maxSpanMs), {
    error: spanHint,
  });

const share = z
  .number({ error: 'a share from 0 to 1, or null where it is not known' })
  .min(0, 'a share is at least 0')
  .max(1, 'a share is at most 1: all of it')
  .nullable();
const dateHint = 'the day it was read there, as in 2026-11-25';
const aimed = { provider: name, kind: z.enum(billingKinds), reason };

export const setShareInput = z.strictObject({
  ...aimed,
  promptShare: share,
  outputShare: share,
  source: z
    .string({ error: 'say where that is written: an address, or a few words' })
    .transform((text) => text.replace(/\p{Cc}+/gu, ' ').trim())
    .pipe(z.string().min(1, 'say where that is written: an address, or a few words').max(maxSourceCharacters)),
  dated: z.iso.date({ error: dateHint }),
});
export const dropShareInput = z.strictObject(aimed);

export type SavingsInput = z.output<typeof savingsInput>;
export type SetShareInput = z.output<typeof setShareInput>;
export type DropShareInput = z.output<typeof dropShareInput>;
