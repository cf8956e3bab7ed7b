import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrateFile } from '../../db/sqlite/migrate.ts';
import { addUpSkips } from '../../db/sqlite/statements/addUpSkips.ts';
import { rollUp } from '../../db/sqlite/statements/rollUp.ts';
import { appendBatch, writeStatements } from '../../db/sqlite/statements/write.ts';
import { copyDays } from './copyDays.ts';
import { madeUp } from './madeUp.ts';

/**
 * Fills a database with a made-up record: `npm run seed -- FILE [--requests 1000000] [--days 14] [--seed 1] [--until ISO]`.
 * The same numbers make the same rows; a database that has them already is left as it is. With `--copied` one day is made up
 * and the others are copies of it: ten million requests in minutes.
 */

const atOnce = 4_000;
const dayMs = 86_400_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: 'string', default: '1000000' },
    days: { type: 'string', default: '14' },
    seed: { type: 'string', default: '1' },
    until: { type: 'string', default: new Date().toISOString() },
    copied: { type: 'boolean', default: false },
  },
});

const [path] = positionals;
const count = Number(values.requests);
const days = Number(values.days);
const seed = Number(values.seed);
const until = Date.parse(values.until);
if (path === undefined || ![count, days].every((number) => number > 0) || Number.isNaN(seed + until)) {
  console.error(
    'Use: npm run seed -- FILE [--requests 1000000] [--days 14] [--seed 1] [--until 2026-01-31T12:00:00Z] [--copied]',
  );
  process.exit(2);
}

const began = performance.now();
const sqlite = new Database(path);
sqlite.pragma('journal_mode = WAL');
sqlite.pragma('synchronous = OFF');
sqlite.pragma('cache_size = -200000');
const orm = drizzle(sqlite);
migrateFile({ sqlite, orm, path, stamp: Date.now() });
while (addUpSkips({ sqlite, orm }, atOnce).more);
const write = writeStatements(sqlite, orm);
const indexes = withoutIndexes();
let written = 0;
const madeUpDays = values.copied ? 1 : days;
const end = until - (days - madeUpDays) * dayMs;
const part = Math.round((count * madeUpDays) / days);
for (const batch of madeUp({ count: part, days: madeUpDays, until: end, seed, batch: atOnce })) {
  appendBatch({ sqlite, write }, batch);
  written += batch.requests.length;
  if (written % 100_000 === 0) console.log(`${written.toLocaleString('en')} of ${part.toLocaleString('en')} requests`);
}
if (values.copied) copyDays(sqlite, { days, until: end });
for (const index of indexes) sqlite.exec(index);
while (rollUp({ sqlite, orm }, until).more);
sqlite.pragma('wal_checkpoint(TRUNCATE)');
sqlite.close();
const took = `${Math.round((performance.now() - began) / 1_000)} s`;
// Beside it, for the report of what it costs.
writeFileSync(`${path}.seeded`, took);
console.log(`${path}: ${(written * (days / madeUpDays)).toLocaleString('en')} requests in ${took}`);

/** Indexes are made at the end, in a fraction of the time that keeping them takes; says how. */
function withoutIndexes(): string[] {
  const found = sqlite
    .prepare<[], { name: string; sql: string }>(
      `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in ('requests', 'attempts')`,
    )
    .all();
  for (const { name } of found) sqlite.exec(`drop index "${name}"`);
  return found.map((index) => index.sql);
}
