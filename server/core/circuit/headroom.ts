import type { LimitReading } from '../rateLimits.ts';

/** Limits of one provider that are kept in mind. */
const MOST_LIMITS = 8;
/** Nobody who says that nothing is left is believed for longer. */
const LONGEST_MS = 3_600_000;
/** A limit whose reset is not known is taken to be whole again after this. */
const UNKNOWN_RESET_MS = 5_000;
/** Most limits are of a minute: those that may come back bit by bit are asked again after this, whatever the reset. */
const MINUTE_MS = 60_000;

/** When a call was let through, in what had been let through before it: its answer's headers know nothing of later ones. */
export interface Mark {
  readonly requests: number;
  readonly tokens: number;
}

/** What is left of the limit that lets the fewest calls through, as far as it has been told. */
export interface Room {
  counts: LimitReading['counts'];
  /** Calls or tokens. */
  left: number;
  /** All of it; null: not said. */
  limit: number | null;
  /** Until all of it is back, ms. */
  resetMs: number;
  /** Calls it would let through in the coming minute, by what they have needed so far; null: that cannot be told. */
  callsAMinute: number | null;
}

interface Limit {
  counts: LimitReading['counts'];
  limit: number | null;
  remaining: number;
  /** When the call was let through whose answer said so. */
  mark: Mark;
  /** When it was said. */
  at: number;
  resetAt: number;
  /** One more comes back in so long, ms; null: not known. */
  perUnitMs: number | null;
  steady: boolean;
}

/**
 * What a provider has said is left of its limits, less what has been let through since: so that it is not asked for more than
 * it will answer. Times are monotonic ms.
 */
export class Headroom {
  private readonly limits = new Map<string, Limit>();
  private requests = 0;
  private tokens = 0;

  /** A call is let through that needs about so many tokens. */
  take(tokens: number, now: number): Mark {
    for (const [name, limit] of this.limits) this.renew(name, limit, { tokens, now });
    this.requests += 1;
    this.tokens += tokens;
    return { requests: this.requests, tokens: this.tokens };
  }

  /** What the headers of an answer said; `mark`: what `take` gave for its call. */
  report(readings: readonly LimitReading[], mark: Mark, now: number): void {
    for (const reading of readings) {
      const known = this.limits.get(reading.name);
      // A slow answer tells of a moment that a quicker one has told more of.
      if (known && known.mark.requests > mark.requests && now < known.resetAt) continue;
      if (!known && this.limits.size >= MOST_LIMITS) continue;
      this.limits.set(reading.name, limitOf(reading, mark, now));
    }
  }

  /** Until there is room for a call of so many tokens, ms; 0: there is. Changes nothing. */
  waitMs(tokens: number, now: number): number {
    let longest = 0;
    for (const limit of this.limits.values()) longest = Math.max(longest, this.shortMs(limit, tokens, now));
    return longest;
  }

  /** The tightest limit that was told and has not been whole again since; null: there is none. Changes nothing. */
  room(now: number): Room | null {
    let tightest: Room | null = null;
    for (const limit of this.limits.values()) {
      if (now >= limit.resetAt) continue;
      const room = this.roomOf(limit, now);
      if (tightest === null || lets(room) < lets(tightest)) tightest = room;
    }
    return tightest;
  }

  private roomOf(limit: Limit, now: number): Room {
    const left = Math.max(0, Math.floor(this.left(limit, now)));
    const resetMs = limit.resetAt - now;
    const back = backInAMinute(limit, resetMs);
    const each = this.eachNeeds(limit.counts);
    const callsAMinute = back === null || each === null ? null : Math.floor((left + back) / each);
    return { counts: limit.counts, left, limit: limit.limit, resetMs, callsAMinute };
  }

  /** What a call has taken of such a limit, on the whole; null: none has been let through, or it is known afterwards only. */
  private eachNeeds(counts: Limit['counts']): number | null {
    if (counts === 'requests') return 1;
    return counts === 'tokens' && this.requests > 0 ? Math.max(1, this.tokens / this.requests) : null;
  }

  private shortMs(limit: Limit, tokens: number, now: number): number {
    if (now >= limit.resetAt) return 0;
    const need = needOf(limit, tokens);
    const left = this.left(limit, now);
    if (left >= need) return 0;
    const untilReset = limit.resetAt - now;
    const { perUnitMs } = limit;
    if (perUnitMs === null) return untilReset;
    if (limit.steady) return Math.min(untilReset, Math.max(1, (need - left) * perUnitMs));
    return Math.max(0, Math.min(untilReset, askAgainAt(limit, need, perUnitMs) - now));
  }

  private left(limit: Limit, now: number): number {
    const gained = limit.steady && limit.perUnitMs !== null ? (now - limit.at) / limit.perUnitMs : 0;
    return Math.min(limit.limit ?? Number.POSITIVE_INFINITY, limit.remaining + gained) - this.spentSince(limit);
  }

  private spentSince({ counts, mark }: Limit): number {
    if (counts === 'requests') return this.requests - mark.requests;
    return counts === 'tokens' ? this.tokens - mark.tokens : 0;
  }

  /** What time has given back, counted at the call that takes of it. */
  private renew(name: string, limit: Limit, call: { tokens: number; now: number }): void {
    const { now } = call;
    if (now >= limit.resetAt) {
      // Its time is over: it is taken to be whole again, until an answer says more.
      if (limit.limit === null) this.limits.delete(name);
      else this.count(limit, limit.limit, now);
      limit.resetAt = now + UNKNOWN_RESET_MS;
      limit.perUnitMs = null;
      return;
    }
    const { perUnitMs, steady } = limit;
    if (steady || perUnitMs === null) return;
    const need = needOf(limit, call.tokens);
    const isSpent = this.left(limit, now) < need && now >= askAgainAt(limit, need, perUnitMs);
    if (isSpent) this.count(limit, Math.max(need, Math.floor((now - limit.at) / perUnitMs)), now);
  }

  private count(limit: Limit, remaining: number, now: number): void {
    limit.remaining = remaining;
    limit.mark = { requests: this.requests, tokens: this.tokens };
    limit.at = now;
  }
}

/** What is larger than the whole limit is let through when the limit is whole: only the provider can refuse it. */
function needOf({ counts, limit }: Limit, tokens: number): number {
  return counts === 'tokens' ? Math.min(Math.max(1, tokens), limit ?? Number.POSITIVE_INFINITY) : 1;
}

/** A limit of which nothing can be told stands behind all others. */
function lets({ callsAMinute }: Room): number {
  return callsAMinute ?? Number.POSITIVE_INFINITY;
}

/** What comes back of a limit within a minute; null: all of it, nobody knows how often. */
function backInAMinute({ perUnitMs, steady }: Limit, resetMs: number): number | null {
  if (steady && perUnitMs !== null) return MINUTE_MS / perUnitMs;
  return resetMs >= MINUTE_MS ? 0 : null;
}

/** When it is tried before its reset: then some of it is back, if it comes back bit by bit. */
function askAgainAt(limit: Limit, need: number, perUnitMs: number): number {
  return limit.at + Math.max(MINUTE_MS, need * perUnitMs);
}

function limitOf(reading: LimitReading, mark: Mark, now: number): Limit {
  const { counts, limit, remaining, resetMs, refill } = reading;
  const missing = limit === null ? 0 : limit - remaining;
  return {
    counts,
    limit,
    remaining,
    mark,
    at: now,
    resetAt: now + Math.min(LONGEST_MS, resetMs ?? UNKNOWN_RESET_MS),
    perUnitMs: resetMs !== null && missing > 0 ? resetMs / missing : null,
    steady: refill === 'steady',
  };
}
