import { type SQL, sql } from 'drizzle-orm';

/** `('a', 'b')`, for `in`; of nothing a list that nothing is in. */
export function names(list: readonly string[]): SQL {
  if (list.length === 0) return sql`(null)`;
  return sql`(${sql.join(
    list.map((name) => sql`${name}`),
    sql`, `,
  )})`;
}
