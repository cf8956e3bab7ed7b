import { expect, test } from 'vitest';
import { afterTry, mayWorkLater } from '../../../server/core/alerts/retry.ts';
import type { Delivery, Sending } from '../../../server/core/alerts/types.ts';
import { minute, second, start } from './support.ts';

const failed = { ok: false, answer: 500, error: 'it answered 500', again: true, retryAfterMs: null };

function delivery(sending: Sending): Delivery {
  return {
    ...{ id: 'd', alertKey: 'incident/1', destination: 'team', ordinal: 1, createdAt: start, status: 'waiting' },
    ...{ attempts: 0, nextAt: start, answer: null, error: null, settledAt: null },
    message: {
      ...{ sending, severity: 'page', key: 'incident/1', title: '', lines: [], link: null, at: start },
      ...{ environment: 'test', incidentId: 1, chains: [], providers: [], beganAt: start, errors: null },
    },
  };
}

/** The waits between tries that all fail, and how long after the beginning it was given up. */
function waits(sending: Sending): { waits: number[]; overMs: number } {
  const between: number[] = [];
  let now = start;
  let one = delivery(sending);
  while (one.status === 'waiting') {
    one = afterTry(one, failed, now);
    between.push((one.nextAt - now) / second);
    now = one.nextAt;
  }
  return { waits: between, overMs: (one.settledAt ?? 0) - start };
}

test('it is tried again after 5 s, then after twice as long each time up to 5 minutes, for an hour', () => {
  const { waits: between, overMs } = waits('opened');
  expect(between.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  expect(overMs).toBeLessThanOrEqual(60 * minute);
  expect(overMs).toBeGreaterThan(50 * minute);
});

test('the end of an alert is tried for a day', () => {
  expect(waits('resolved').overMs).toBeGreaterThan(23 * 60 * minute);
});

test('a test is tried once', () => {
  expect(afterTry(delivery('test'), failed, start)).toMatchObject({ status: 'failed', attempts: 1, settledAt: start });
});

test.each([
  ['sooner than it would be', 1 * second, 5 * second],
  ['later', 2 * minute, 2 * minute],
  ['too late', 24 * 60 * minute, 15 * minute],
])('who asks to be left alone is tried when it says: %s', (_, retryAfterMs, waitMs) => {
  expect(afterTry(delivery('opened'), { ...failed, retryAfterMs }, start).nextAt).toBe(start + waitMs);
});

test('what will not work another time is given up at once', () => {
  expect(afterTry(delivery('resolved'), { ...failed, again: false }, start).status).toBe('failed');
  expect([400, 401, 403, 404, 410, 302].filter(mayWorkLater)).toEqual([]);
  expect([408, 425, 429, 500, 503].every(mayWorkLater)).toBe(true);
});
