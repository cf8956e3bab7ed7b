import type Database from 'better-sqlite3';

const dayMs = 86_400_000;

/** What of a row is another on another day, as SQL; the rest is as it was. `@ms`: how much later. */
const later = (column: string) => `${column} + @ms`;
/** The moment is within the id. */
const idLater = (column: string) =>
  `'01' || printf('%013d', cast(substr(${column}, 3, 13) as integer) + @ms) || substr(${column}, 16)`;
const changes: Record<string, Record<string, string>> = {
  requests: { id: idLater('id'), started_at: later('started_at') },
  attempts: { request_id: idLater('request_id'), started_at: later('started_at'), until: later('until') },
  probes: { id: `provider || ' ' || (at + @ms)`, at: later('at') },
  ...Object.fromEntries(
    ['chain_minutes', 'provider_minutes', 'facet_minutes', 'skip_minutes', 'skip_hours'].map((table) => [
      table,
      { at: later('at') },
    ]),
  ),
  circuit_events: {
    seq: 'seq + @turns',
    epoch: 'epoch + @turns',
    at: later('at'),
    until: later('until'),
    evidence: `(select json_group_array(${idLater('value')}) from json_each(evidence))`,
  },
};

/**
 * Makes so many days of the one that ends at `until` (ms since 1970), each like it: at a fifth of what making them up takes.
 * Rows that are there stay as they are.
 */
export function copyDays(sqlite: Database.Database, { days, until }: { days: number; until: number }): void {
  const turns = sqlite.prepare<[], number>('select coalesce(max(seq), 0) from circuit_events').pluck().get() ?? 0;
  for (let day = 1; day < days; day += 1) {
    for (const [table, of] of Object.entries(changes)) {
      const columns = sqlite.pragma(`table_info(${table})`) as { name: string }[];
      const moment = table === 'requests' || table === 'attempts' ? 'started_at' : 'at';
      // An attempt that began after the end of the day is of a request that came before it, and goes with the next.
      const found = table === 'attempts' ? `request_id < printf('01%013d', @until)` : `${moment} < @until`;
      const names = columns.map(({ name }) => `"${name}"`).join(', ');
      const values = columns.map(({ name }) => of[name] ?? `"${name}"`).join(', ');
      sqlite
        .prepare(`insert or ignore into ${table} (${names}) select ${values} from ${table} where ${found}`)
        .run({ ms: day * dayMs, turns: day * turns, until });
    }
    console.log(`${day + 1} of ${days} days`);
  }
  const more = { turns: (days - 1) * turns, ms: (days - 1) * dayMs };
  sqlite
    .prepare('update circuits set epoch = epoch + @turns, since = since + @ms, automatic_since = automatic_since + @ms')
    .run(more);
}
