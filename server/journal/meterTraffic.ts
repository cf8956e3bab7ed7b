import type { OursEvidence } from '../core/incidents/types.ts';
import { isFallback } from '../core/minutes.ts';
import type { Totals } from '../core/overview.ts';
import { Histogram } from '../core/percentile.ts';
import { Carried } from './carried.ts';
import { type Counted, endOf, failed, feltAs } from './counted.ts';
import { type Connected, countConnected, oursNow } from './meterOurs.ts';
import { add, Ring } from './ring.ts';

const secondMs = 1_000;
const minuteSeconds = 60;
const rateSeconds = 10;
/** The last five minutes, by slots of ten seconds: the one that runs, and the 29 before it. */
const feltSlots = 30;
const feltSlotMs = 10_000;
const feltMs = feltSlots * feltSlotMs;

interface Second {
  requests: Map<string, number>;
  /** By chain, then by provider. */
  attempts: Map<string, Map<string, number>>;
}

interface Ten {
  requests: number;
  answered: number;
  byFallback: number;
  errors: number;
  providers: Map<string, ProviderTen>;
  connected: Map<string, Connected>;
}

interface ProviderTen {
  attempts: number;
  failed: number;
  firstTokens: Histogram;
}

/** What goes over the wires now: the last seconds and the last five minutes. */
export class Traffic {
  private readonly seconds = new Ring<Second>({
    slotMs: secondMs,
    length: minuteSeconds + 1,
    fresh: () => ({ requests: new Map(), attempts: new Map() }),
  });
  private readonly tens = new Ring<Ten>({
    slotMs: feltSlotMs,
    length: feltSlots,
    fresh: () => ({ requests: 0, answered: 0, byFallback: 0, errors: 0, providers: new Map(), connected: new Map() }),
  });
  private readonly carriedBy = new Map<string, Carried>();

  request(request: Counted, now: number): void {
    const end = endOf(request);
    const second = this.seconds.at(end, now);
    if (second) countSecond(second, request);
    if (request.servedBy !== null) this.of(request.servedBy).add(end, now);
    const ten = this.tens.at(end, now);
    if (ten) countTen(ten, request);
  }

  /** Requests a second of a chain over the last `seconds` whole seconds, of which the meter has seen all. */
  requestRate(chain: string, now: number, seconds: number): number {
    let sum = 0;
    for (const slot of this.seconds.last(now, seconds, 1)) sum += slot.requests.get(chain) ?? 0;
    return sum / seconds;
  }

  /** Attempts by provider over the last `seconds` whole seconds, of one chain. */
  attempts(chain: string, now: number, seconds: number): Map<string, number> {
    const sums = new Map<string, number>();
    for (const slot of this.seconds.last(now, seconds, 1)) {
      for (const [provider, count] of slot.attempts.get(chain) ?? []) add(sums, provider, count);
    }
    return sums;
  }

  felt(now: number): Totals['felt'] {
    const felt = { windowMs: feltMs, requests: 0, answered: 0, byFallback: 0, errors: 0 };
    for (const slot of this.tens.last(now, feltSlots)) {
      felt.requests += slot.requests;
      felt.answered += slot.answered;
      felt.byFallback += slot.byFallback;
      felt.errors += slot.errors;
    }
    return felt;
  }

  /** Whether nobody could be connected to since the last answer, as far as five minutes reach back. */
  ours(now: number): OursEvidence | null {
    const slots = Array.from({ length: feltSlots }, (_, back) => this.tens.back(now, back)?.connected ?? null);
    return oursNow(slots, { now, slotMs: feltSlotMs });
  }

  /** One provider over the last five minutes. */
  provider(name: string, now: number): ProviderTen {
    const sum = freshProvider();
    for (const slot of this.tens.last(now, feltSlots)) {
      const tally = slot.providers.get(name);
      if (!tally) continue;
      sum.attempts += tally.attempts;
      sum.failed += tally.failed;
      sum.firstTokens.addAll(tally.firstTokens);
    }
    return sum;
  }

  /** The most requests a provider has answered in sixty seconds. */
  mostCarried(provider: string): number {
    return this.carriedBy.get(provider)?.most ?? 0;
  }

  /** It is known to have carried so many. */
  carried(provider: string, requests: number): void {
    this.of(provider).atLeast(requests);
  }

  private of(provider: string): Carried {
    const known = this.carriedBy.get(provider) ?? new Carried();
    this.carriedBy.set(provider, known);
    return known;
  }
}

function countSecond(second: Second, { chain, attempts }: Counted): void {
  add(second.requests, chain);
  for (const { outcome, provider } of attempts) {
    if (outcome === 'skipped') continue;
    const ofChain = second.attempts.get(chain) ?? new Map<string, number>();
    second.attempts.set(chain, ofChain);
    add(ofChain, provider);
  }
}

export const rates = { shownSeconds: rateSeconds, minuteSeconds };

function countTen(ten: Ten, request: Counted): void {
  const felt = feltAs(request);
  ten.requests += 1;
  if (felt === 'error') ten.errors += 1;
  if (felt === 'answered') {
    ten.answered += 1;
    if (isFallback(request)) ten.byFallback += 1;
  }
  for (const attempt of request.attempts) {
    if (attempt.outcome === 'skipped') continue;
    const tally = ten.providers.get(attempt.provider) ?? freshProvider();
    ten.providers.set(attempt.provider, tally);
    tally.attempts += 1;
    countConnected(ten.connected, attempt);
    if (failed(attempt)) tally.failed += 1;
    if (attempt.firstTokenMs !== null) tally.firstTokens.add(attempt.firstTokenMs);
  }
}

function freshProvider(): ProviderTen {
  return { attempts: 0, failed: 0, firstTokens: new Histogram() };
}
