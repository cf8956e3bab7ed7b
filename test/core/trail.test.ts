import { validateHeaderValue } from 'node:http';
import { describe, expect, it } from 'vitest';
import { trailOf } from '../../server/core/trail.ts';

describe('the trail', () => {
  it('tells every step in order', () => {
    const steps = [
      { provider: 'deepseek-v3', word: 'open' },
      { provider: 'llama-3.3-70b', word: '503' },
      { provider: 'qwen-72b', word: 'ok' },
    ];
    expect(trailOf(steps)).toBe('deepseek-v3=open, llama-3.3-70b=503, qwen-72b=ok');
    expect(trailOf([])).toBe('');
  });

  it('is a header whatever providers are called', () => {
    const trail = trailOf([
      { provider: 'ünï\r\nx-evil: 1, a=b', word: 'ok' },
      { provider: 'b', word: 'ok' },
    ]);
    expect(() => validateHeaderValue('x-recloser-trail', trail)).not.toThrow();
    expect(trail.split(', ')).toHaveLength(2);
    expect(trail.split('=')).toHaveLength(3);
  });

  it('stays within two kilobytes', () => {
    const trail = trailOf(Array.from({ length: 1_000 }, () => ({ provider: 'some-provider', word: '503' })));
    expect(trail.length).toBeLessThanOrEqual(2_060);
    expect(trail.endsWith(', ...')).toBe(true);
  });
});
