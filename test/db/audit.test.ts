import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAudit } from '../../db/sqlite/statements/countAudit.ts';
import { listAudit } from '../../db/sqlite/statements/listAudit.ts';
import { appendBatch } from '../../db/sqlite/statements/write.ts';
import type { AuditParts } from '../../server/core/auditFilter.ts';
import type { AuditRecord } from '../../server/core/records.ts';
import { emptyDatabase } from './support/emptyDatabase.ts';
import { auditRow, batch, noon } from './support/records.ts';

const whos = ['ada', 'token:deploy', 'unknown'];
const whats = ['circuits.trip', 'session.open'];
const subjects = ['deepseek-v3', 'qwen-72b'];
const moment = fc.integer({ min: noon, max: noon + 6 });
const acts = fc.array(
  fc.record({
    at: moment,
    who: fc.constantFrom(...whos),
    what: fc.constantFrom(...whats),
    subject: fc.constantFrom(null, ...subjects),
    outcome: fc.constantFrom('done' as const, 'refused' as const),
  }),
  { maxLength: 30 },
);
const orAny = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });
const filters: fc.Arbitrary<AuditParts> = fc.record({
  who: orAny(fc.constantFrom(...whos)),
  what: orAny(fc.constantFrom(...whats)),
  subject: orAny(fc.constantFrom(...subjects)),
  outcome: orAny(fc.constantFrom('done' as const, 'refused' as const)),
  from: orAny(moment),
  to: orAny(moment),
});

/** The same question to the rows themselves. */
function slow(rows: AuditRecord[], { from = 0, to = Number.POSITIVE_INFINITY, ...parts }: AuditParts): AuditRecord[] {
  return rows
    .filter(({ at }) => at >= from && at < to)
    .filter((row) => Object.entries(parts).every(([name, value]) => [undefined, row[name as 'who']].includes(value)))
    .sort((one, other) => other.at - one.at || (one.id < other.id ? 1 : -1));
}

test('pages of any filter of the audit are the acts that fit it, each once, newest first, and the counts are theirs', () => {
  using database = emptyDatabase();
  fc.assert(
    fc.property(acts, filters, fc.integer({ min: 1, max: 7 }), (given, filter, limit) => {
      const rows = given.map((each, at) => auditRow(`a${String(at).padStart(3, '0')}`, each));
      database.sqlite.exec('delete from audit');
      appendBatch(database, batch({ audit: rows }));
      const ids: string[] = [];
      let before: string | undefined;
      do {
        const page = listAudit(database.orm, { ...filter, before, limit });
        ids.push(...page.rows.map(({ id }) => id));
        before = page.next ?? undefined;
      } while (before !== undefined);
      expect(ids).toEqual(slow(rows, filter).map(({ id }) => id));
      const counts = countAudit(database.orm, filter);
      expect(counts.acts).toBe(ids.length);
      for (const who of whos) expect(counts.who[who] ?? 0).toBe(slow(rows, { ...filter, who }).length);
      for (const what of whats) expect(counts.what[what] ?? 0).toBe(slow(rows, { ...filter, what }).length);
      for (const subject of subjects)
        expect(counts.subject[subject] ?? 0).toBe(slow(rows, { ...filter, subject }).length);
      for (const outcome of ['done', 'refused'] as const)
        expect(counts.outcome[outcome] ?? 0).toBe(slow(rows, { ...filter, outcome }).length);
    }),
    { numRuns: 100 },
  );
});
