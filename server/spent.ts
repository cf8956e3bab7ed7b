import type { Storage } from '../db/storage.ts';
import type { Settings } from './core/settings.ts';
import type { Spent } from './gateway/clients.ts';
import { dayStart } from './gateway/clientUse.ts';

/**
 * What clients had spent on the day this process began, before it did: what it has not counted itself. The record is asked once,
 * and not before somebody's spending is bounded, be it by a config that is read later.
 */
export class SpentBefore {
  private readonly storage: Pick<Storage, 'spentBetween'>;
  private readonly startedAt: number;
  private asked = false;

  /** `startedAt`: ms since 1970. */
  constructor(storage: Pick<Storage, 'spentBetween'>, startedAt: number) {
    this.storage = storage;
    this.startedAt = startedAt;
  }

  /** Empty: nothing was spent, nobody is bounded, or it has been told before. Rejects when the record cannot be read; it may be asked again. */
  async ask({ clients }: Settings): Promise<Spent> {
    const { startedAt } = this;
    const isBounded = clients.some(({ limits }) => limits?.dollarsPerDay !== undefined);
    if (!isBounded || this.asked) return { at: startedAt, clients: [] };
    this.asked = true;
    try {
      return { at: startedAt, clients: await this.storage.spentBetween({ from: dayStart(startedAt), to: startedAt }) };
    } catch (error) {
      this.asked = false;
      throw error;
    }
  }
}
