import { and, eq } from 'drizzle-orm';
import { audit, incidentNotes, incidents } from '../../schema.ts';
import type { WrittenIncident, WrittenNote } from '../../storage.ts';
import type { DatabaseFile } from '../file.ts';
import { moveMark } from './shown.ts';
import { durably } from './write.ts';

/** An incident that was written as resolved is left alone: what is told of it changes no more. */
export function writeIncidents(
  { sqlite, orm }: DatabaseFile,
  written: readonly WrittenIncident[],
  toldUntil?: number,
): void {
  sqlite
    .transaction(() => {
      if (toldUntil !== undefined) moveMark(orm, 'incidents', toldUntil);
      for (const { key, was, row, report } of written) {
        const { impact, ...rest } = report;
        const values = { ...row, key, unresolved: row.state !== 'resolved', report: rest, impact };
        const known = orm
          .select({ state: incidents.state })
          .from(incidents)
          .where(eq(incidents.key, was ?? key))
          .get();
        if (!known) orm.insert(incidents).values(values).run();
        else {
          const going = and(eq(incidents.key, was ?? key), eq(incidents.unresolved, true));
          orm.update(incidents).set(values).where(going).run();
        }
      }
    })
    .immediate();
}

/** A note that was acknowledged holds over a power cut. */
export function writeNote({ sqlite, orm }: DatabaseFile, note: WrittenNote): number {
  const { audit: act, ...values } = note;
  let id = 0;
  durably(sqlite, () => {
    orm.insert(audit).values(act).onConflictDoNothing().run();
    if (note.rowId === null) {
      id = Number(orm.insert(incidentNotes).values(values).run().lastInsertRowid);
      return;
    }
    const { starred, notedAt, who } = note;
    orm
      .insert(incidentNotes)
      .values(values)
      .onConflictDoUpdate({
        target: [incidentNotes.incidentId, incidentNotes.rowId],
        set: { starred, notedAt, who },
      })
      .run();
  });
  return id;
}
