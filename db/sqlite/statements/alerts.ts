import { and, asc, desc, eq, ne, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Alert, Delivery } from '../../../server/core/alerts/types.ts';
import type { AlertChange, ListedAlerts } from '../../alerts.ts';
import { alertDeliveries, alerts } from '../../schema.ts';
import type { DatabaseFile } from '../file.ts';
import { limitOf } from './page.ts';
import { durably } from './write.ts';

/** Messages read at a start; more than that have waited for days. */
const maxWaiting = 2_000;
const maxGoing = 1_000;
/** Kept for people; what waits, and alerts that go on, stay whatever their number. */
const kept = { alerts: 1_000, deliveries: 5_000 };

export function readAlerts(orm: BetterSQLite3Database): { alerts: Alert[]; waiting: Delivery[] } {
  const going = orm
    .select()
    .from(alerts)
    .where(eq(alerts.done, false))
    .orderBy(desc(alerts.seenAt))
    .limit(maxGoing)
    .all();
  const waiting = orm
    .select()
    .from(alertDeliveries)
    .where(eq(alertDeliveries.status, 'waiting'))
    .orderBy(asc(alertDeliveries.createdAt), asc(alertDeliveries.id))
    .limit(maxWaiting)
    .all();
  return { alerts: going.map(shown), waiting };
}

/** A message that is settled stays so: a write that comes late does not send it once more. */
export function writeAlerts({ sqlite, orm }: DatabaseFile, change: AlertChange): void {
  durably(sqlite, () => {
    for (const { alert, done } of change.alerts) {
      const row = { ...alert, done };
      orm.insert(alerts).values(row).onConflictDoUpdate({ target: alerts.key, set: row }).run();
    }
    for (const row of change.deliveries) {
      const { id, ...set } = row;
      const going = and(eq(alertDeliveries.id, id), eq(alertDeliveries.status, 'waiting'));
      const { changes } = orm.update(alertDeliveries).set(set).where(going).run();
      if (changes === 0) orm.insert(alertDeliveries).values(row).onConflictDoNothing().run();
    }
    letGo(orm);
  });
}

function letGo(orm: BetterSQLite3Database): void {
  orm.run(sql`delete from ${alerts} where ${alerts.done} = 1 and ${alerts.key} in (
    select ${alerts.key} from ${alerts} where ${alerts.done} = 1
    order by ${alerts.seenAt} desc limit -1 offset ${kept.alerts})`);
  orm.run(sql`delete from ${alertDeliveries} where ${alertDeliveries.id} in (
    select ${alertDeliveries.id} from ${alertDeliveries}
    order by ${alertDeliveries.createdAt} desc, ${alertDeliveries.id} desc limit -1 offset ${kept.deliveries})
    and ${alertDeliveries.status} != 'waiting'`);
}

export function listAlerts(orm: BetterSQLite3Database, asked: number): ListedAlerts {
  const limit = limitOf(asked);
  const listed = orm
    .select()
    .from(alerts)
    .where(ne(alerts.told, []))
    .orderBy(asc(alerts.done), desc(alerts.seenAt))
    .limit(limit)
    .all();
  const newest = [desc(alertDeliveries.createdAt), desc(alertDeliveries.id)];
  const last = orm.all<{ id: string }>(sql`
    select id from (
      select ${alertDeliveries.id} as id, row_number() over (
        partition by ${alertDeliveries.destination}
        order by ${alertDeliveries.createdAt} desc, ${alertDeliveries.id} desc) as place
      from ${alertDeliveries})
    where place = 1`);
  return {
    alerts: listed.map(shown),
    deliveries: orm
      .select()
      .from(alertDeliveries)
      .orderBy(...newest)
      .limit(limit)
      .all(),
    last: last.flatMap(({ id }) => orm.select().from(alertDeliveries).where(eq(alertDeliveries.id, id)).all()),
    lastOfGoing: listed.filter(({ resolvedAt }) => resolvedAt === null).flatMap((alert) => lastOf(orm, alert)),
  };
}

/** The last message of an alert to each destination that was told of it. */
function lastOf(orm: BetterSQLite3Database, { key, told }: Alert): Delivery[] {
  const { alertKey, destination, ordinal } = alertDeliveries;
  return told.flatMap((each) => {
    const last = and(eq(alertKey, key), eq(destination, each.destination), eq(ordinal, each.count));
    return orm.select().from(alertDeliveries).where(last).all();
  });
}

function shown({ done: _, ...alert }: typeof alerts.$inferSelect): Alert {
  return alert;
}
