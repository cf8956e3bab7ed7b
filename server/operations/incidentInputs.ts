import { z } from 'zod';
import { incidentFormats } from '../core/incidents/export.ts';
import { moment, name, page } from './inputs.ts';

/** What the verbs of incidents take. */

const maxNoteCharacters = 2_000;

const incident = z.number({ error: 'the number of an incident, as in 14' }).int().positive();
const noteHint = `a note is a text of 1 to ${maxNoteCharacters} characters`;
/** Line breaks are kept, other control characters are taken out. */
const noteText = z
  .string({ error: noteHint })
  .transform((text) => text.replace(/[^\P{Cc}\n]+/gu, ' ').trim())
  .pipe(z.string().min(1, noteHint).max(maxNoteCharacters, noteHint));

export const incidentFilter = z.strictObject({
  unresolved: z.boolean().optional(),
  provider: name.optional(),
  ...page,
});
export const incidentInput = z.strictObject({ id: incident });
export const exportInput = z.strictObject({ id: incident, format: z.enum(incidentFormats) });
/** A note of its own (`text`), or a star on a row of the timeline (`row` and `starred`). */
export const annotateInput = z
  .strictObject({
    id: incident,
    text: noteText.optional(),
    row: name.optional(),
    at: moment,
    starred: z.boolean().optional(),
  })
  .refine(
    ({ text, row, starred }) =>
      (text === undefined) !== (row === undefined) && (row === undefined || starred !== undefined),
    { error: 'give `text`, for a note, or `row` and `starred`, for a star on a row' },
  );
export type AnnotateInput = z.output<typeof annotateInput>;
