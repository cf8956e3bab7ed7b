import { minuteMs } from './chainTroubles.ts';
import type { OursEvidence, ProviderMinute } from './types.ts';

/** "At once": within two minutes that follow each other. */
const atOnceMinutes = 2;

/**
 * Whether every provider that was called, of two at least, failed to connect at once, and none answered meanwhile: the
 * first time that it was so, or null.
 */
export function faultOfOurs(
  providers: readonly ProviderMinute[],
  { from, to, until }: { from: number; to: number; until: number },
): OursEvidence | null {
  const minutes = [...new Set(providers.map(({ at }) => at))]
    .filter((at) => at + minuteMs > from && at <= to && at + atOnceMinutes * minuteMs <= until)
    .sort((one, other) => one - other);
  for (const at of minutes) {
    const end = at + atOnceMinutes * minuteMs;
    const called = summed(providers.filter((minute) => minute.at >= at && minute.at < end));
    const none = called.every(({ unconnected, answered }) => unconnected > 0 && answered === 0);
    if (called.length >= 2 && none) {
      const shown = called.map(({ provider, attempts, unconnected }) => ({ provider, attempts, unconnected }));
      return { from: at, to: end, providers: shown };
    }
  }
  return null;
}

function summed(minutes: readonly ProviderMinute[]): ProviderMinute[] {
  const each = new Map(minutes.map((minute) => [`${minute.provider} ${minute.at}`, minute]));
  const sums = new Map<string, ProviderMinute>();
  for (const minute of each.values()) {
    const sum = sums.get(minute.provider);
    if (sum) {
      sum.attempts += minute.attempts;
      sum.answered += minute.answered;
      sum.unconnected += minute.unconnected;
    } else if (minute.attempts > 0) sums.set(minute.provider, { ...minute });
  }
  return [...sums.values()].sort((one, other) => (one.provider < other.provider ? -1 : 1));
}
