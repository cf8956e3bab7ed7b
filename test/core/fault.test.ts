import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_TEXT_MAX, isProblem, parseFault, type SimpleFault } from '../../server/core/fault.ts';
import { faultRules, faultVocabulary } from '../../server/core/faultWords.ts';

describe('a fault by name', () => {
  const simple: [string, Partial<SimpleFault>][] = [
    ['ok', { word: 'ok', status: null, afterTokens: null }],
    ['ok/delay=250ms/tokens=40/gap=20ms', { pace: { delayMs: 250, tokens: 40, gapMs: 20 } }],
    ['slow/delay=1.5s', { word: 'slow', pace: { delayMs: 1_500, tokens: null, gapMs: null } }],
    ['cut', { word: 'cut', afterTokens: 12 }],
    ['cut@3', { afterTokens: 3 }],
    ['cut@0', { afterTokens: 0 }],
    ['reset', { afterTokens: 0 }],
    ['malformed@3', { word: 'malformed', afterTokens: 3 }],
    ['429', { word: '429', status: 429, retryAfter: null }],
    ['429/retry-after=2', { retryAfter: { form: 'seconds', seconds: 2 } }],
    ['429/retry-after=date', { retryAfter: { form: 'date' } }],
    ['429/retry-after-ms=1500', { retryAfter: { form: 'milliseconds', ms: 1_500 } }],
    ['429/reset=2s', { retryAfter: { form: 'reset', ms: 2_000 } }],
    ['402/max-tokens', { status: 402, variant: 'max-tokens' }],
    ['503/delay=3s', { status: 503, pace: { delayMs: 3_000, tokens: null, gapMs: null } }],
    ['418', { word: 'status', status: 418 }],
    ['error-inside/code=429', { code: 429 }],
    ['tool-call/cut', { word: 'tool-call', variant: 'cut' }],
    ['  silent ', { word: 'silent', text: 'silent' }],
  ];
  it.each(simple)('%s is read', (text, expected) => {
    expect(parseFault(text)).toMatchObject({ kind: 'simple', ...expected });
  });

  it('flap, sequence and share pick from simple faults', () => {
    expect(parseFault('flap/up=10s/down=20s')).toMatchObject({ upMs: 10_000, downMs: 20_000, fault: { status: 503 } });
    expect(parseFault('flap/down=1m:silent')).toMatchObject({ downMs: 60_000, fault: { word: 'silent' } });
    expect(parseFault('sequence:503, 429/retry-after=2,ok')).toMatchObject({
      faults: [{ status: 503 }, { status: 429 }, { word: 'ok' }],
    });
    expect(parseFault('share=0.3:503')).toMatchObject({
      share: 0.3,
      fault: { status: 503 },
      otherwise: { word: 'ok' },
    });
    expect(parseFault('share=.5:silent,503')).toMatchObject({ share: 0.5, otherwise: { status: 503 } });
  });

  it.each([
    '',
    'nonsense',
    '200',
    '600',
    'ok@3',
    'cut@-1',
    'cut@1.5',
    'cut@9999999',
    'cut/what',
    '503/retry-after=soon',
    'ok/delay=5',
    'ok/tokens=0',
    'ok/gap=99999999m',
    '402/max-tokens/max-tokens',
    'error/code=200',
    'toString',
    '__proto__',
    'flap/up=0s',
    'flap/left=1s',
    'sequence:',
    'sequence:503,flap',
    'share=2:503',
    'share=0.3',
    `sequence:${'ok,'.repeat(200)}ok`,
    'x'.repeat(FAULT_TEXT_MAX + 1),
  ])('"%s" is refused with the vocabulary', (text) => {
    const parsed = parseFault(text);
    expect(isProblem(parsed) && parsed.error).toContain(faultVocabulary());
  });

  it('every word of the vocabulary is read as itself', () => {
    for (const word of Object.keys(faultRules)) expect(parseFault(word)).toMatchObject({ kind: 'simple', word });
  });

  it('no text makes it throw, and what it takes has bounded waits', () => {
    const pieces = fc.constantFrom(
      'cut',
      '@',
      '12',
      '/',
      'delay=',
      '5s',
      ':',
      ',',
      '=',
      'share=',
      'flap',
      '0.5',
      '429',
      'é',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseFault(text);
        if (isProblem(parsed)) expect(parsed.error).toContain(faultVocabulary());
        else if (parsed.kind === 'simple') expect(parsed.pace.delayMs ?? 0).toBeLessThanOrEqual(86_400_000);
      }),
      { numRuns: 3_000 },
    );
  });
});
