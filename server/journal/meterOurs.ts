import type { OursEvidence } from '../core/incidents/types.ts';
import type { Counted } from './counted.ts';

/** What is counted of one provider, to know whether it could be connected to. */
export interface Connected {
  attempts: number;
  answered: number;
  /** Those that found no connection. */
  unconnected: number;
}

/** A call of a drill says nothing of the provider, nor of the line. */
export function countConnected(counts: Map<string, Connected>, attempt: Counted['attempts'][number]): void {
  const { provider, outcome, failureKind, drill = null } = attempt;
  if (drill !== null) return;
  const count = counts.get(provider) ?? { attempts: 0, answered: 0, unconnected: 0 };
  counts.set(provider, count);
  count.attempts += 1;
  if (outcome === 'succeeded') count.answered += 1;
  if (outcome === 'failed' && failureKind === 'connect') count.unconnected += 1;
}

/**
 * The same as `faultOfOurs` tells from the record minutes later, as soon as it can be seen: since the last answer by anybody,
 * every provider that was called, of two at least, has failed to connect. `slots`: the newest first; null: nothing.
 */
export function oursNow(
  slots: readonly (ReadonlyMap<string, Connected> | null)[],
  { now, slotMs }: { now: number; slotMs: number },
): OursEvidence | null {
  const last = slots.findIndex((slot) => [...(slot?.values() ?? [])].some(({ answered }) => answered > 0));
  const since = last === -1 ? slots : slots.slice(0, last);
  const sums = new Map<string, Connected>();
  for (const [provider, count] of since.flatMap((slot) => [...(slot ?? [])])) {
    const sum = sums.get(provider) ?? { attempts: 0, answered: 0, unconnected: 0 };
    sum.attempts += count.attempts;
    sum.unconnected += count.unconnected;
    sums.set(provider, sum);
  }
  const called = [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
  if (called.length < 2 || called.some(([, { unconnected }]) => unconnected === 0)) return null;
  const back = since.findLastIndex((slot) => slot !== null && slot.size > 0);
  return {
    from: (Math.floor(now / slotMs) - back) * slotMs,
    to: now,
    providers: called.map(([provider, { attempts, unconnected }]) => ({ provider, attempts, unconnected })),
  };
}
