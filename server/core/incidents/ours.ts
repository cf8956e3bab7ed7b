import { showCount } from '../numbers.ts';
import { minuteMs } from './chainTroubles.ts';
import type { OursEvidence, ProviderMinute } from './types.ts';
import { plural } from './words.ts';

/** Where to look, in a sentence: what an operator can do about it. */
export const lookFirst = 'Look at your own network, DNS, proxy and firewall first.';

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

/** `9 of 9 attempts at 2 providers found no connection, and none was answered`. */
export function oursCounts({ providers }: OursEvidence): string {
  const attempts = providers.reduce((sum, provider) => sum + provider.attempts, 0);
  const unconnected = providers.reduce((sum, provider) => sum + provider.unconnected, 0);
  const tried = `${showCount(unconnected)} of ${plural(attempts, 'attempt')}`;
  return `${tried} at ${plural(providers.length, 'provider')} found no connection, and none was answered`;
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
