import { and, asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { BillingShareRecord } from '../../../server/core/savings/shares.ts';
import { billingShares } from '../../schema.ts';
import type { StoredAct } from '../../storage.ts';

/** A handful for each provider. */
const maxRows = 10_000;

export function listBillingShares(orm: BetterSQLite3Database): BillingShareRecord[] {
  return orm
    .select()
    .from(billingShares)
    .orderBy(asc(billingShares.provider), asc(billingShares.kind))
    .limit(maxRows)
    .all();
}

/** Puts a row in the place of the one that is there, or takes it away. */
export function writeBillingShare(orm: BetterSQLite3Database): (share: NonNullable<StoredAct['share']>) => void {
  return (share) => {
    if ('put' in share) {
      const { provider: _, kind: __, ...set } = share.put;
      const target = [billingShares.provider, billingShares.kind];
      orm.insert(billingShares).values(share.put).onConflictDoUpdate({ target, set }).run();
      return;
    }
    const { provider, kind } = share.drop;
    orm
      .delete(billingShares)
      .where(and(eq(billingShares.provider, provider), eq(billingShares.kind, kind)))
      .run();
  };
}
