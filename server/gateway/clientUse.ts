import type { ApiError } from '../core/errors.ts';
import { RequestRate } from '../core/requestRate.ts';
import type { ClientLimitSettings } from '../core/settings.ts';

const DAY_MS = 86_400_000;
const NANO_PER_DOLLAR = 1_000_000_000;
/** `retry-after` where all places are taken: when one will be free is not known, and asking each second costs little. */
const SOON_MS = 1_000;
/** Days whose spending is kept: requests end after midnight, and a clock that was set wrong is set back. */
const DAYS_KEPT = 4;

/** By `Clock.now()`, and ms since 1970. */
export interface Moment {
  now: number;
  wall: number;
}

/** What one client has now, held against its limits. It outlives a change of the config. */
export class ClientUse {
  private readonly rate = new RequestRate();
  private inFlight = 0;
  /** In nano-dollars, by day (UTC, in days since 1970); the one that was spent on last comes last. */
  private readonly spentByDay = new Map<number, number>();

  /** Takes a place for one request: null, and `leave` has to be called once; else why there is none. */
  take(limits: ClientLimitSettings, { now, wall }: Moment): ApiError | null {
    const { concurrent, dollarsPerDay, perMinute } = limits;
    if (dollarsPerDay !== undefined && this.spentOn(dayOf(wall)) >= dollarsPerDay * NANO_PER_DOLLAR) {
      return spent(dollarsPerDay, (dayOf(wall) + 1) * DAY_MS - wall);
    }
    if (concurrent !== undefined && this.inFlight >= concurrent) return tooManyAtOnce(concurrent);
    const waitMs = perMinute === undefined ? null : this.rate.take(perMinute, now);
    if (perMinute !== undefined && waitMs !== null) return tooManyPerMinute(perMinute, waitMs);
    this.inFlight += 1;
    return null;
  }

  leave(): void {
    this.inFlight -= 1;
  }

  /** What a request that began at `startedAt` (ms since 1970) has cost. */
  spend(costNanoUsd: number, startedAt: number): void {
    const day = dayOf(startedAt);
    const spentNanoUsd = this.spentOn(day) + costNanoUsd;
    this.spentByDay.delete(day);
    this.spentByDay.set(day, spentNanoUsd);
    const [longestUnspent] = this.spentByDay.keys();
    if (this.spentByDay.size > DAYS_KEPT && longestUnspent !== undefined) this.spentByDay.delete(longestUnspent);
  }

  /** As the headers of OpenAI say it; null: it has no such limit. */
  rateHeaders({ perMinute }: ClientLimitSettings, now: number): Record<string, string> | null {
    if (perMinute === undefined) return null;
    const { remaining, resetMs } = this.rate.standing(perMinute, now);
    return {
      'x-ratelimit-limit-requests': String(perMinute),
      'x-ratelimit-remaining-requests': String(remaining),
      'x-ratelimit-reset-requests': `${Math.ceil(resetMs / 1_000)}s`,
    };
  }

  private spentOn(day: number): number {
    return this.spentByDay.get(day) ?? 0;
  }
}

/** In days since 1970, UTC. */
function dayOf(wall: number): number {
  return Math.floor(wall / DAY_MS);
}

/** Ms since 1970 at which the day (UTC) of a moment began. */
export function dayStart(wall: number): number {
  return dayOf(wall) * DAY_MS;
}

function spent(dollars: number, retryAfterMs: number): ApiError {
  return {
    code: 'spend_limit_exceeded',
    message: `The requests of this client have cost ${dollars} dollars today, as much as they may (limits.dollarsPerDay): ask again after midnight UTC, or raise the limit in the config.`,
    retryAfterMs,
  };
}

function tooManyAtOnce(most: number): ApiError {
  return {
    code: 'concurrency_limit_exceeded',
    message: `This client has ${most} requests in flight, as many as it may (limits.concurrent): wait for one of them to end.`,
    retryAfterMs: SOON_MS,
  };
}

function tooManyPerMinute(most: number, retryAfterMs: number): ApiError {
  return {
    code: 'rate_limit_exceeded',
    message: `This client has sent ${most} requests in sixty seconds, as many as it may (limits.perMinute): ask again after \`retry-after\`.`,
    retryAfterMs,
  };
}
