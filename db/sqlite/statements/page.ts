import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import { type Page, StorageError } from '../../storage.ts';

/** Rows of one page at most. */
const maxLimit = 500;

/**
 * Pages of a list, newest first, by a key that is unique and never changes: a row that comes in meanwhile moves none of the
 * following pages. The cursor is the key of the last row, opaque to callers.
 */
export interface Key<Row> {
  columns: AnyColumn[];
  of: (row: Row) => (string | number)[];
  kinds: readonly ('string' | 'number')[];
}

/** The condition for what comes after the cursor, or undefined for the first page. Throws `bad_request`. */
export function after<Row>(key: Key<Row>, cursor: string | undefined): SQL | undefined {
  if (cursor === undefined) return undefined;
  const values = valuesOf(key, cursor);
  return sql`(${sql.join(key.columns, sql`, `)}) < (${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )})`;
}

/** What a cursor of this list holds. Throws `bad_request`. */
export function valuesOf<Row>(key: Key<Row>, cursor: string): unknown[] {
  const values = decode(cursor);
  if (values?.length !== key.kinds.length || !values.every((value, at) => typeof value === key.kinds[at])) {
    throw new StorageError('bad_request', 'The cursor `before` is not one of this list. Ask for the first page again.');
  }
  return values;
}

/** One row more than asked for, to know whether there is another page. Throws `bad_request`. */
export function limitOf(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    throw new StorageError('bad_request', `\`limit\` is a whole number from 1 to ${maxLimit}.`);
  }
  return limit + 1;
}

export function pageOf<Row>(rows: Row[], limit: number, key: Key<Row>): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? encode(key.of(last)) : null };
}

function encode(values: (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decode(cursor: string): unknown[] | null {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(values) ? values : null;
  } catch {
    return null;
  }
}
