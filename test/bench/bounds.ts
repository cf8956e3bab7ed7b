import Database from 'better-sqlite3';

/** A made-up record that is looked at. */
export interface Bounds {
  /** How many requests it has. */
  count: number;
  /** Ms since 1970, of its requests. */
  from: number;
  to: number;
  /** Id of a request that went past a provider. */
  skippedId: string;
}

export function boundsOf(path: string): Bounds {
  return within(path, (sqlite) => {
    const one = <Value>(text: string) => sqlite.prepare<[], Value>(text).pluck().get() as Value;
    return {
      count: one('select count(*) from requests'),
      from: one('select min(started_at) from requests'),
      to: one('select max(started_at) + 1 from requests'),
      skippedId: one(`select request_id from attempts where outcome = 'skipped' order by started_at desc limit 1`),
    };
  });
}

/** Reads the file on a connection of its own. */
export function within<Result>(path: string, run: (sqlite: Database.Database) => Result): Result {
  const sqlite = new Database(path, { readonly: true });
  try {
    return run(sqlite);
  } finally {
    sqlite.close();
  }
}
