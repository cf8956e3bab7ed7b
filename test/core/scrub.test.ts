import { describe, expect, it } from 'vitest';
import { scrub } from '../../server/core/scrub.ts';

describe('what looks like a key', () => {
  const keys = [
    'sk-4f9aQ1zz',
    'sk-proj-aB3_x-9Z',
    'sk-or-v1-0a1b2c',
    'gsk_A1b2C3d4',
    'xai-9f8e7d6c',
    'hf_abc123DEF',
    'nvapi-x1y2z3',
    'AIzaSyA1234567890',
    'sk-ab***yz',
    '****abcd',
    '0123456789abcdef0123456789abcdef',
    'org-a1b2c3d4e5',
  ];
  it.each(keys)('%s is hidden, at the start, in the middle and at the end', (key) => {
    for (const text of [`${key} is wrong`, `The key ${key} is wrong`, `Wrong: ${key}`, `("${key}")`]) {
      expect(scrub(text)).not.toContain(key);
      expect(scrub(text)).toContain('[hidden]');
    }
  });

  it('is hidden after Bearer and after the name of a key', () => {
    expect(scrub('Authorization: Bearer abc.def, next')).toBe('Authorization: Bearer [hidden], next');
    expect(scrub('Incorrect API key provided: hunter2.')).toBe('Incorrect API key provided: [hidden]');
    expect(scrub('{"x-api-key": "hunter2", "a": 1}')).toBe('{"x-api-key": "[hidden]", "a": 1}');
  });
});

describe('what is said otherwise', () => {
  const plain = [
    "This model's maximum context length is 8192 tokens.",
    'risk-free, key_not_found, sk-learn and organization',
    'Request 3f2b8c1e-1234-4abc-9def-0123456789ab failed.',
    'Use **bold** words.',
  ];
  it.each(plain)('stays: %s', (text) => {
    expect(scrub(text)).toBe(text);
  });

  it('loses the secrets that are given, however they look, unless they are too short to be any', () => {
    expect(scrub('hunter2 and hunter2 again', ['hunter2'])).toBe('[hidden] and [hidden] again');
    expect(scrub('a b c', ['a', ''])).toBe('a b c');
  });
});
