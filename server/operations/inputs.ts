import { z } from 'zod';
import { readDuration, showDuration } from '../core/duration.ts';

/** What verbs take: the one home of its bounds and of the sentences that refuse it. */

const maxNameCharacters = 200;
const maxReasonCharacters = 500;
const minOverrideMs = 1_000;
const maxOverrideMs = 7 * 86_400_000;
const maxPageRows = 500;
const defaultPageRows = 50;
const maxCursorCharacters = 500;

export const name = z.string().min(1).max(maxNameCharacters);

/** Control characters are taken out: a reason is shown on terminals. */
export const reason = z
  .string({ error: 'say why, in a few words: it is kept in the audit' })
  .transform((text) => text.replace(/\p{Cc}+/gu, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, 'say why, in a few words: it is kept in the audit')
      .max(maxReasonCharacters, `at most ${maxReasonCharacters} characters`),
  );

const durationHint = `give a number with a unit, as in 15m; from ${showDuration(minOverrideMs)} to ${showDuration(maxOverrideMs)}`;

/** `15m` → milliseconds. */
export const overrideDuration = z
  .string({ error: durationHint })
  .max(32, durationHint)
  .transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== null && ms >= minOverrideMs && ms <= maxOverrideMs) return ms;
    context.addIssue(durationHint);
    return z.NEVER;
  });

const epoch = z.number().int().nonnegative().optional();
const aimed = { provider: name, reason, epoch };

export const tripInput = z.strictObject({ ...aimed, for: overrideDuration.optional() });
export const holdInput = z.strictObject({ ...aimed, for: overrideDuration });
export const resetInput = z.strictObject({ ...aimed, to: z.enum(['closed', 'halfOpen']).default('closed') });
export const releaseInput = z.strictObject(aimed);
export const circuitInput = z.strictObject({ provider: name });
export const ghostsInput = z.strictObject({ provider: name.optional() });
export const probeInput = z.strictObject({ provider: name, reason });

export type TripInput = z.output<typeof tripInput>;
export type HoldInput = z.output<typeof holdInput>;
export type ResetInput = z.output<typeof resetInput>;
export type ReleaseInput = z.output<typeof releaseInput>;
export type ProbeInput = z.output<typeof probeInput>;

/** Of every list. */
export const page = {
  before: z.string().max(maxCursorCharacters).optional(),
  limit: z.number().int().min(1).max(maxPageRows).default(defaultPageRows),
};
const wholeMs = z.number().int().nonnegative();
export const moment = wholeMs.optional();

const requestParts = {
  from: moment,
  to: moment,
  chain: name.optional(),
  client: name.optional(),
  outcome: z.enum(['succeeded', 'failed', 'refused', 'cancelled', 'interrupted']).optional(),
  servedBy: name.optional(),
  provider: name.optional(),
  failureKind: name.optional(),
  fallback: z.boolean().optional(),
  rescued: z.boolean().optional(),
  felt: z.boolean().optional(),
};
export const requestFilter = z.strictObject({ ...requestParts, ...page });
export const requestCountsFilter = z.strictObject(requestParts);
export const requestInput = z.strictObject({ id: name });
/** Attempts by their ids, `<request id>/<ordinal>`; an opening names as many as its window of failures holds. */
const maxEvidence = 20;
export const evidenceInput = z.strictObject({ ids: z.array(name).max(maxEvidence) });
const auditParts = {
  from: moment,
  to: moment,
  who: name.optional(),
  what: name.optional(),
  subject: name.optional(),
  outcome: z.enum(['done', 'refused']).optional(),
};
export const auditFilter = z.strictObject({ ...auditParts, ...page });
export const auditCountsFilter = z.strictObject(auditParts);
export const auditInput = z.strictObject({ id: name });
export const eventFilter = z.strictObject({ provider: name.optional(), from: moment, to: moment, ...page });
export const probeFilter = z.strictObject({ provider: name, from: moment, to: moment, ...page });
export const providerInput = z.strictObject({
  provider: name,
  range: z.enum(['1h', '6h', '24h', '7d']).default('1h').describe('How far back from `to`; not heeded with `from`'),
  from: moment.describe('Ms since 1970: the whole step that it lies in is counted; at most 7 days before `to`'),
  to: moment.describe('Ms since 1970: counted up to its minute; now, where it is left out'),
});
export const traceInput = z.strictObject({ provider: name, from: wholeMs, to: wholeMs });
