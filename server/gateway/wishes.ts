import type { IncomingHttpHeaders } from 'node:http';
import { readDuration } from '../core/duration.ts';
import type { ApiError } from '../core/errors.ts';
import type { RescueWay } from '../core/records.ts';
import type { ChainSettings } from '../core/settings.ts';
import { type Drills, noDrills, readDrills } from './drills.ts';

/** An error has to be there before the client hangs up by its own time-out: this share of it is kept for the way, … */
const MARGIN_SHARE = 0.1;
/** … up to this. */
const MARGIN_MAX_MS = 1_000;

const rescueWays = ['prefill', 'splice', 'discard'] as const satisfies RescueWay[];

/** What a caller asks of the gateway itself, in headers. */
export interface Wishes {
  /** Time for the first token, ms, from the request's start: the chain's, or less. */
  deadlineMs: number;
  /** The one provider to try, or null. */
  only: string | null;
  /** How a broken answer may be gone on with, in order; null: as the chain says. */
  rescue: RescueWay[] | null;
  /** Faults asked for, by provider. */
  drills: Drills;
}

/**
 * Reads a caller's wishes: `x-recloser-deadline: 20s`, `x-recloser-only: qwen-72b`, `x-recloser-fault: qwen-72b=cut@12`
 * (where `drills` is on), and the official clients' own time-outs.
 */
export function readWishes(
  headers: IncomingHttpHeaders,
  chain: ChainSettings,
  options: { drills: boolean },
): { ok: true; wishes: Wishes } | { ok: false; error: ApiError } {
  const deadline = one(headers['x-recloser-deadline']);
  const deadlineMs = deadline === null ? Number.POSITIVE_INFINITY : readDuration(deadline);
  if (deadlineMs === null || deadlineMs <= 0) {
    return refused('x-recloser-deadline', 'x-recloser-deadline must be a duration with a unit, such as 20s or 1500ms.');
  }
  const only = one(headers['x-recloser-only']);
  if (only !== null && !chain.providers.includes(only)) {
    const names = chain.providers.join(', ');
    return refused('x-recloser-only', `x-recloser-only must name a provider of "${chain.name}": ${names}.`);
  }
  const rescue = readWays(one(headers['x-recloser-rescue']));
  if (rescue === 'unknown') {
    const what = 'prefill, splice and discard, in the order in which they are to be tried, or none';
    return refused('x-recloser-rescue', `x-recloser-rescue must be a list out of ${what}.`);
  }
  const fault = one(headers['x-recloser-fault']);
  if (fault !== null && !options.drills) {
    const how = 'set `drills: true` in the config of a gateway that is not in production, or leave the header away.';
    return refused('x-recloser-fault', `x-recloser-fault is not taken here: ${how}`);
  }
  const read = fault === null ? null : readDrills(fault, chain);
  if (read?.ok === false) return refused('x-recloser-fault', read.sentence);
  const drills = read?.drills ?? noDrills;
  const ownMs = clientTimeoutMs(headers);
  return { ok: true, wishes: { deadlineMs: Math.min(chain.deadlineMs, deadlineMs, ownMs), only, rescue, drills } };
}

function readWays(list: string | null): RescueWay[] | null | 'unknown' {
  if (list === null) return null;
  if (list.toLowerCase() === 'none') return [];
  const ways = new Set<RescueWay>();
  for (const word of list.toLowerCase().split(',')) {
    const way = rescueWays.find((known) => known === word.trim());
    if (!way) return 'unknown';
    ways.add(way);
  }
  return [...ways];
}

/**
 * What the official clients say of their own time-out, less a margin: JavaScript's for the whole call in whole seconds (0 is
 * "under one"), Python's between two bytes in seconds. No person wrote it: what cannot be read is passed over.
 */
function clientTimeoutMs(headers: IncomingHttpHeaders): number {
  const whole = secondsOf(one(headers['x-stainless-timeout']));
  const read = secondsOf(one(headers['x-stainless-read-timeout']));
  const ms = 1_000 * Math.min(whole === null ? Infinity : Math.max(1, whole), read || Infinity);
  return ms - Math.min(MARGIN_MAX_MS, ms * MARGIN_SHARE);
}

function secondsOf(text: string | null): number | null {
  const seconds = text === null ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

function one(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined ? null : text.trim();
}

function refused(param: string, message: string): { ok: false; error: ApiError } {
  return { ok: false, error: { code: 'invalid_request', message, param } };
}
