import type { Storage } from '../db/storage.ts';
import type { SpentByClient } from './core/records.ts';
import type { Settings } from './core/settings.ts';
import { dayStart } from './gateway/clientUse.ts';

/** What clients have spent today by the record; it is asked only where somebody's spending is bounded. */
export async function spentToday(
  { clients }: Settings,
  storage: Pick<Storage, 'spentSince'>,
  wall: number,
): Promise<SpentByClient[]> {
  const isBounded = clients.some(({ limits }) => limits?.dollarsPerDay !== undefined);
  return isBounded ? storage.spentSince(dayStart(wall)) : [];
}
