import { sql } from 'drizzle-orm';
import { requests } from '../../schema.ts';

/**
 * `isFelt` of `server/core/felt.ts`, in SQL. The first half is word for word the condition of the partial index; the plus
 * keeps SQLite from reading by outcome what it would have to sort by time.
 */
export const felt = sql`(${requests.outcome} not in ('succeeded', 'cancelled') and +${requests.outcome} in ('failed', 'interrupted'))`;
