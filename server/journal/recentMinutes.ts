import type { Storage } from '../../db/storage.ts';
import type { ChainMinute, ProviderMinute, TroubleRecord } from '../core/incidents/types.ts';

const minuteMs = 60_000;
/** Requests are in the record at their end, and count in the minute they came in: minutes as young as this are read again. */
const youngMs = 20 * minuteMs;
/** Read at one go, so that nobody else waits long for the reader. */
const sliceMs = 30 * minuteMs;

/** The minutes that incidents are told from, each read from the record while it is young and kept from then on. */
export class RecentMinutes {
  private readonly storage: Pick<Storage, 'readMinutes'>;
  private readonly chains = new Map<string, ChainMinute>();
  private readonly providers = new Map<string, ProviderMinute>();
  /** What has been read; null: nothing yet. */
  private read: { from: number; to: number } | null = null;

  constructor(storage: Pick<Storage, 'readMinutes'>) {
    this.storage = storage;
  }

  /** Every minute of the span, in any order. What is before it is forgotten. Rejects with `StorageError`. */
  async of(from: number, to: number): Promise<Pick<TroubleRecord, 'chains' | 'providers'>> {
    const start = Math.floor(from / minuteMs) * minuteMs;
    const known = this.read && this.read.from <= start && this.read.to > start ? this.read : null;
    for (let at = known ? Math.max(start, wholeMinute(known.to - youngMs)) : start; at < to; at += sliceMs) {
      const slice = { from: at, to: Math.min(to, at + sliceMs) };
      this.take(slice, await this.storage.readMinutes(slice));
    }
    this.read = { from: start, to };
    this.forget(start);
    return { chains: [...this.chains.values()], providers: [...this.providers.values()] };
  }

  private take({ from, to }: { from: number; to: number }, read: Pick<TroubleRecord, 'chains' | 'providers'>): void {
    for (const minutes of [this.chains, this.providers]) {
      for (const [key, { at }] of minutes) if (at >= from && at < to) minutes.delete(key);
    }
    for (const minute of read.chains) this.chains.set(`${minute.chain} ${minute.at}`, minute);
    for (const minute of read.providers) this.providers.set(`${minute.provider} ${minute.at}`, minute);
  }

  private forget(before: number): void {
    for (const minutes of [this.chains, this.providers]) {
      for (const [key, { at }] of minutes) if (at < before) minutes.delete(key);
    }
  }
}

function wholeMinute(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs;
}
