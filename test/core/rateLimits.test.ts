import { describe, expect, it } from 'vitest';
import { dialects } from '../../server/core/dialects/dialects.ts';
import type { DialectName } from '../../server/core/dialects/types.ts';
import { type LimitReading, readRateLimits, usedUpMs } from '../../server/core/rateLimits.ts';

const noon = Date.UTC(2026, 10, 22, 12, 0, 0);

function read(dialect: DialectName, headers: Record<string, string>): readonly LimitReading[] {
  return readRateLimits(headers, dialects[dialect].limits, noon);
}

describe('what is left of a limit', () => {
  it('is read of requests and tokens, with spans', () => {
    const headers = {
      'x-ratelimit-limit-requests': '5000',
      'x-ratelimit-remaining-requests': '4999',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-limit-tokens': '160000',
      'x-ratelimit-remaining-tokens': '159976',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(read('openai', headers)).toEqual([
      {
        name: 'x-ratelimit-remaining-requests',
        counts: 'requests',
        limit: 5000,
        remaining: 4999,
        resetMs: 12,
        refill: 'unknown',
      },
      {
        name: 'x-ratelimit-remaining-tokens',
        counts: 'tokens',
        limit: 160_000,
        remaining: 159_976,
        resetMs: 360_000,
        refill: 'unknown',
      },
    ]);
  });

  const rows: [DialectName, Record<string, string>, Partial<LimitReading>][] = [
    [
      'groq',
      {
        'x-ratelimit-limit-requests': '14400',
        'x-ratelimit-remaining-requests': '14370',
        'x-ratelimit-reset-requests': '2m59.56s',
      },
      { counts: 'requests', remaining: 14_370, resetMs: 179_560, refill: 'steady' },
    ],
    [
      'anthropic',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:01Z',
      },
      { counts: 'requests', limit: 50, remaining: 49, resetMs: 1_000, refill: 'steady' },
    ],
    [
      'anthropic',
      {
        'anthropic-ratelimit-output-tokens-remaining': '0',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-22T11:59:00Z',
      },
      { counts: 'answerTokens', limit: null, remaining: 0, resetMs: 0 },
    ],
    [
      'mistral',
      { 'x-ratelimit-limit-req-minute': '60', 'x-ratelimit-remaining-req-minute': '59' },
      { counts: 'requests', limit: 60, remaining: 59, resetMs: 60_000 },
    ],
    [
      'mistral',
      { 'ratelimitbysize-limit': '500000', 'ratelimitbysize-remaining': '499900', 'ratelimitbysize-reset': '28' },
      { counts: 'tokens', remaining: 499_900, resetMs: 28_000 },
    ],
    [
      'together',
      { 'x-tokenlimit-limit': '3000', 'x-tokenlimit-remaining': '2990' },
      { counts: 'tokens', remaining: 2_990, resetMs: 1_000 },
    ],
    [
      'fireworks',
      { 'x-ratelimit-limit-tokens-generated': '36000', 'x-ratelimit-remaining-tokens-generated': '35000' },
      { counts: 'answerTokens', remaining: 35_000, resetMs: 60_000 },
    ],
    [
      'openrouter',
      { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(noon + 9_000) },
      { counts: 'requests', limit: 20, remaining: 3, resetMs: 9_000 },
    ],
    [
      'azure',
      { 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-reset-requests': 'soon' },
      { counts: 'requests', limit: null, remaining: 0, resetMs: null },
    ],
  ];
  it.each(rows)('%s: %o', (dialect, headers, reading) => {
    const readings = read(dialect, headers);
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject(reading);
  });

  it('is nothing where nothing, or nonsense, is said', () => {
    expect(read('openai', {})).toEqual([]);
    expect(read('openai', { 'x-ratelimit-remaining-requests': 'many' })).toEqual([]);
    expect(read('deepseek', { 'x-ratelimit-remaining-requests': '3' })).toEqual([]);
  });

  it('is used up until the last of the used-up limits is back', () => {
    const headers = {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '5s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '9s',
    };
    expect(usedUpMs(read('openai', headers))).toBe(9_000);
    expect(usedUpMs(read('openai', { ...headers, 'x-ratelimit-remaining-tokens': '7' }))).toBe(5_000);
    expect(usedUpMs(read('openai', {}))).toBeNull();
  });
});
