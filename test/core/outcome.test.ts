import { describe, expect, it } from 'vitest';
import { judge } from '../../server/core/outcome.ts';
import type { CircuitEffect, FailureKind, Seen } from '../../server/core/wire.ts';
import { deepseekErrors, type ErrorCase, openaiErrors } from './fixtures/errors.ts';
import { groqErrors, togetherErrors } from './fixtures/hostErrors.ts';
import { otherErrors, vllmErrors } from './fixtures/otherErrors.ts';
import { azureErrors, openrouterErrors } from './fixtures/routerErrors.ts';

const wall = 1_760_000_000_000;

const cases: ErrorCase[] = [
  ...openaiErrors,
  ...deepseekErrors,
  ...groqErrors,
  ...togetherErrors,
  ...openrouterErrors,
  ...azureErrors,
  ...vllmErrors,
  ...otherErrors,
];

/** What each kind does to the circuit, said a second time on purpose. */
const effects: Partial<Record<FailureKind, CircuitEffect['result']>> = {
  serverError: 'failure',
  malformed: 'failure',
  throttled: 'throttled',
  credentials: 'refused',
  balance: 'refused',
  model: 'refused',
  contextLength: 'neutral',
  contentFilter: 'neutral',
  requestRefused: 'neutral',
};

function seen(error: Pick<ErrorCase, 'status' | 'body' | 'headers'>): Seen {
  const body = typeof error.body === 'string' ? error.body : JSON.stringify(error.body);
  return { seen: 'status', status: error.status, headers: error.headers ?? {}, body };
}

describe('an answer that is an error', () => {
  it.each(cases)('$name is $kind, next: $next', (error) => {
    const verdict = judge(seen(error), wall);
    expect(verdict.kind).toBe(error.kind);
    expect(verdict.next).toBe(error.next);
    expect(verdict.circuit.result).toBe(effects[error.kind]);
    expect(verdict.word).toBe(String(error.status));
    expect(verdict.status).toBe(error.status);
    expect(verdict.error.message.length).toBeGreaterThan(0);
  });

  it.each(cases)('$name refuses only for the cause that it is', (error) => {
    const { circuit, kind } = judge(seen(error), wall);
    if (circuit.result === 'refused') expect(circuit.cause).toBe(kind);
  });

  it('is ambiguous only with a 500 or a page, where the prompt itself may be at fault', () => {
    const ambiguous = cases.filter((error) => {
      const { circuit } = judge(seen(error), wall);
      return circuit.result === 'failure' && circuit.ambiguous;
    });
    expect(new Set(ambiguous.map(({ status }) => status))).toEqual(new Set([500, 403, 400]));
    expect(ambiguous.every(({ status, kind }) => status === 500 || kind === 'malformed')).toBe(true);
  });

  it('is tried again at the same provider after a failure, and after a 429 only with a known time', () => {
    for (const status of [500, 502, 503, 504, 408, 529])
      expect(judge(seen({ status, body: '' }), wall).again).toBe(true);
    for (const status of [400, 401, 402, 403, 404, 413, 422]) {
      expect(judge(seen({ status, body: '{}' }), wall).again).toBe(false);
    }
    expect(judge(seen({ status: 429, body: '' }), wall).again).toBe(false);
    const known = judge(seen({ status: 429, body: '', headers: { 'retry-after': '2' } }), wall);
    expect(known.again).toBe(true);
    expect(known.circuit).toEqual({ result: 'throttled', retryAfterMs: 2_000 });
    expect(known.retryAfterMs).toBe(2_000);
  });

  it('reaches the caller with the reason of the provider unchanged', () => {
    const error = {
      message: "Invalid 'temperature'.",
      type: 'invalid_request_error',
      param: 'temperature',
      code: 'bad',
    };
    expect(judge(seen({ status: 400, body: { error } }), wall).error).toEqual(error);
  });

  it('reaches the caller without any key, masked or whole, configured or only looking like one', () => {
    const keys = [
      'sk-proj-4f9aQ1',
      'sk-ab1***yz',
      'AIzaSyA1234567890',
      'gsk_A1b2C3d4',
      '0123456789abcdef0123456789abcdef',
    ];
    const message = `Bearer tok.en-1 x-api-key: hunter2 ${keys.join(' ')} my-own-key org-a1b2c3d4e5`;
    const body = { error: { message, type: 'my-own-key', code: 'sk-proj-4f9aQ1', param: 'my-own-key' } };
    const shown = JSON.stringify(judge(seen({ status: 401, body }), wall, { secrets: ['my-own-key'] }).error);
    for (const secret of [...keys, 'tok.en-1', 'hunter2', 'my-own-key', 'a1b2c3d4e5'])
      expect(shown).not.toContain(secret);
  });

  it('keeps plain words that only begin like a key', () => {
    const message = 'The parameter risk-free and key_not_found of sk-learn are unknown.';
    expect(judge(seen({ status: 400, body: { error: { message } } }), wall).error.message).toBe(message);
  });

  it('is shown with 500 characters at most, and judged quickly however large and odd it is', () => {
    for (const piece of ['a', 'sk-', '*', 'bearer ', 'api key: ', '0', 'model ', 'a*', '<', ' ']) {
      const body = JSON.stringify({ error: { message: piece.repeat(60_000 / piece.length) } });
      const before = process.cpuUsage();
      expect(judge(seen({ status: 400, body }), wall).error.message.length).toBeLessThanOrEqual(500);
      // Of the processor, not of the clock: on a busy machine others take of that.
      expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    }
  });
});

describe('an error inside a 200', () => {
  const inside: [name: string, error: unknown, kind: FailureKind, word: string][] = [
    ['OpenRouter, numeric code', { code: 502, message: 'Provider disconnected' }, 'serverError', '502'],
    ['OpenRouter, throttled upstream', { code: 429, message: 'Provider returned error' }, 'throttled', '429'],
    [
      'OpenAI, server error',
      { message: 'The server had an error', type: 'server_error', code: null },
      'serverError',
      '500',
    ],
    ['OpenAI, rate limit', { message: 'Slow down', type: 'requests', code: 'rate_limit_exceeded' }, 'throttled', '429'],
    ['OpenAI, quota', { message: 'Quota', type: 'insufficient_quota', code: 'insufficient_quota' }, 'balance', '402'],
    [
      'OpenAI, wrong key',
      { message: 'No', type: 'invalid_request_error', code: 'invalid_api_key' },
      'credentials',
      '401',
    ],
    ['OpenAI, bad parameter', { message: 'No', type: 'invalid_request_error', code: null }, 'requestRefused', '400'],
    ['Anthropic, overloaded', { type: 'overloaded_error', message: 'Overloaded' }, 'serverError', '529'],
    ['a bare sentence', { message: 'Model is overloaded, try later' }, 'serverError', '529'],
    ['a bare sentence about time', 'upstream timed out', 'serverError', '504'],
    ['vLLM, numeric code', { message: 'No', type: 'BadRequestError', code: 400 }, 'requestRefused', '400'],
    ['vLLM, too long', { message: "This model's maximum context length is 10", code: 400 }, 'contextLength', '400'],
    ['TGI, validation', { message: 'Input validation error', type: 'validation' }, 'requestRefused', '400'],
    ['TGI, overloaded', { message: 'Model is overloaded', type: 'overloaded' }, 'serverError', '529'],
    ['Gemini, exhausted', { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x' }, 'throttled', '429'],
    ['Gemini, unavailable', { status: 'UNAVAILABLE', message: 'x' }, 'serverError', '503'],
    ['Azure, content filter', { code: 'content_filter', message: 'x' }, 'contentFilter', '400'],
    ['no such model', { code: 'model_not_found', message: 'x' }, 'model', '404'],
    ['nothing that can be read', 17, 'serverError', '500'],
    ['an empty object', {}, 'serverError', '500'],
  ];

  it.each(inside)('%s is judged by itself', (_name, error, kind, word) => {
    const verdict = judge({ seen: 'errorInside', error, headers: {} }, wall);
    expect([verdict.kind, verdict.word, verdict.status]).toEqual([kind, word, Number(word)]);
    expect(verdict.circuit.result).toBe(effects[kind]);
  });
});

describe('an attempt without an answer', () => {
  const failure = { result: 'failure', timeout: false, ambiguous: false };
  const ambiguous = { result: 'failure', timeout: false, ambiguous: true };
  const timeout = { result: 'failure', timeout: true, ambiguous: false };
  const neutral = { result: 'neutral' };
  const left = (waitedShare: number, contentSeen = false): Seen => ({ seen: 'callerLeft', contentSeen, waitedShare });

  const rows: [seen: Seen, kind: FailureKind, word: string, circuit: object, again: boolean, next: string][] = [
    [{ seen: 'connect', message: 'refused' }, 'connect', 'connect', failure, true, 'always'],
    [{ seen: 'reset', message: 'reset' }, 'reset', 'reset', failure, true, 'always'],
    [{ seen: 'cut', message: 'closed' }, 'cut', 'cut', failure, true, 'always'],
    [{ seen: 'malformed', message: 'html' }, 'malformed', 'malformed', ambiguous, true, 'always'],
    [{ seen: 'empty', message: 'no choice' }, 'empty', 'empty', ambiguous, true, 'always'],
    [{ seen: 'clock', clock: 'connect', ms: 3_000 }, 'connect', 'connect', timeout, false, 'always'],
    [{ seen: 'clock', clock: 'firstToken', ms: 10_000 }, 'firstToken', 'firstToken', timeout, false, 'always'],
    [{ seen: 'clock', clock: 'idle', ms: 20_000 }, 'idle', 'idle', timeout, false, 'always'],
    [{ seen: 'clock', clock: 'total', ms: 600_000 }, 'total', 'total', timeout, false, 'always'],
    [{ seen: 'clock', clock: 'answer', ms: 60_000 }, 'answer', 'answer', timeout, false, 'always'],
    [left(0.49), 'callerLeft', 'cancelled', neutral, false, 'never'],
    [left(0.5), 'abandoned', 'cancelled', timeout, false, 'never'],
    [left(2, true), 'callerLeft', 'cancelled', neutral, false, 'never'],
    [{ seen: 'evacuated' }, 'evacuated', 'evacuated', neutral, false, 'always'],
    [{ seen: 'raced' }, 'raced', 'raced', neutral, false, 'never'],
    [{ seen: 'deadline' }, 'deadline', 'deadline', neutral, false, 'never'],
    [{ seen: 'shutdown' }, 'shutdown', 'shutdown', neutral, false, 'never'],
    [{ seen: 'tooLarge' }, 'tooLarge', 'tooLarge', neutral, false, 'never'],
  ];

  it.each(rows)('%o is %s', (what, kind, word, circuit, again, next) => {
    const verdict = judge(what, wall);
    expect(verdict).toMatchObject({ kind, word, circuit, again, next, status: null, retryAfterMs: null });
  });

  it('hides keys in what the network said', () => {
    const verdict = judge({ seen: 'connect', message: 'no route with secret-key-1' }, wall, {
      secrets: ['secret-key-1'],
    });
    expect(verdict.error.message).not.toContain('secret-key-1');
  });
});
