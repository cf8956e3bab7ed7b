import type { Batch } from '../../db/storage.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { attempt, event, failure, request, skip, stored } from '../db/support/records.ts';

/**
 * Three minutes in which both providers of a chain fail, as a record: each fails four calls within twenty seconds, opens,
 * fails a probe each minute, and answers the one after three minutes. Callers get errors meanwhile.
 */

const callEveryMs = 5_000;
const minuteMs = 60_000;
export const lineMoments = { opened: 20_000, closed: 3 * minuteMs, ends: 20 * minuteMs };
const beforeMs = 5 * minuteMs;
const names = ['deepseek-v3', 'llama-3.3-70b'] as const;

interface Line {
  /** Begins the names of its requests, and where its transitions are counted from: stories of one record differ in both. */
  prefix: string;
  firstSeq: number;
  /** Kind of failure by provider, in the order of the chain. */
  kinds: readonly [first: string, second: string];
}

/** `start`: ms since 1970, a whole minute. Calls come each five seconds from five minutes before it. */
export function lineStory(start: number, line: Line): Batch {
  const requests: RequestRecord[] = [];
  for (let after = -beforeMs; after < lineMoments.ends; after += callEveryMs) requests.push(callAt(start, after, line));
  const events = transitions(start, line).map((each) => ({
    event: each,
    stored: stored(each.epoch, {
      provider: each.provider,
      automatic: each.automatic,
      since: each.at,
      automaticSince: each.at,
      cause: each.automatic === 'closed' ? null : 'failures',
      openUntil: each.until,
      evidence: [],
    }),
  }));
  return { requests, events, audit: [], probes: [] };
}

function callAt(start: number, after: number, { prefix, kinds }: Line): RequestRecord {
  const id = `${prefix}${String((after + beforeMs) / callEveryMs).padStart(5, '0')}`;
  const startedAt = start + after;
  if (after < 0 || after >= lineMoments.closed)
    return request(id, { startedAt, servedBy: names[0], attempts: [attempt({ provider: names[0], startedAt })] });
  const isProbe = after % minuteMs === 0;
  const attempts = names.map((provider, ordinal): AttemptRecord => {
    if (after >= lineMoments.opened && !isProbe)
      return { ...skip(ordinal, provider), startedAt, until: start + lineMoments.closed };
    const kind = kinds[ordinal] ?? '';
    const word = kind === 'connect' ? { word: 'connect', status: null } : {};
    const permit = after >= lineMoments.opened ? 'probe' : 'closed';
    return { ...failure(ordinal, provider, kind), ...word, startedAt, durationMs: 12, permit };
  });
  return request(id, {
    ...{ startedAt, attempts, outcome: 'failed', status: 503, errorCode: 'all_providers_unavailable', servedBy: null },
    ...{ firstTokenMs: null, durationMs: 40, usage: null, costNanoUsd: null },
  });
}

function transitions(start: number, { prefix, firstSeq }: Line): CircuitEvent[] {
  const told: Partial<CircuitEvent>[] = [];
  names.forEach((provider, ordinal) => {
    const evidence = [0, 1, 2, 3].map(
      (index) => `${prefix}${String(beforeMs / callEveryMs + index).padStart(5, '0')}/${ordinal}`,
    );
    told.push({ provider, at: start + lineMoments.opened, evidence, until: start + minuteMs });
    for (let probe = 1; probe <= 3; probe += 1) {
      const at = start + probe * minuteMs;
      const tried = { provider, at, evidence: [], until: null };
      told.push({ ...tried, from: 'open', to: 'halfOpen', automatic: 'halfOpen', cause: 'cooldown' });
      const moved = { ...tried, at: at + 15, from: 'halfOpen' as const, cause: 'probe' as const };
      told.push(
        probe < 3
          ? { ...moved, to: 'open', automatic: 'open', until: at + minuteMs }
          : { ...moved, to: 'closed', automatic: 'closed' },
      );
    }
  });
  told.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  return told.map((changes, index) => event(firstSeq + index, changes));
}
