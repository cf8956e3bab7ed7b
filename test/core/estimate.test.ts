import { describe, expect, it } from 'vitest';
import { estimatePromptTokens, estimateTextTokens, estimateTokens } from '../../server/core/estimate.ts';

const prompt = (content: unknown): number => estimatePromptTokens({ messages: [{ role: 'user', content }] });

describe('an estimate of tokens', () => {
  it('is a quarter of Latin text, and about all of Chinese, Japanese and Korean', () => {
    expect(estimateTextTokens('a'.repeat(400))).toBe(100);
    for (const text of ['汉', 'か', '한']) expect(estimateTextTokens(text.repeat(400))).toBe(400);
    expect(estimateTextTokens('汉'.repeat(100) + 'a'.repeat(400))).toBe(200);
    expect(estimateTextTokens('')).toBe(0);
    expect(estimateTokens(9)).toBe(3);
  });

  it('of a long mixed text is close, though only a part of it is looked at', () => {
    expect(estimateTextTokens('汉aaaa'.repeat(100_000))).toBeGreaterThan(190_000);
    expect(estimateTextTokens('汉aaaa'.repeat(100_000))).toBeLessThan(210_000);
  });

  it('grows with each message, part, tool and tool call', () => {
    expect(prompt('x'.repeat(400))).toBe(104);
    expect(prompt([{ type: 'text', text: 'x'.repeat(400) }])).toBe(104);
    const messages = [{ role: 'assistant', content: null, tool_calls: [{ function: { arguments: 'x'.repeat(400) } }] }];
    expect(estimatePromptTokens({ messages })).toBeGreaterThan(104);
    expect(estimatePromptTokens({ messages: [], tools: [{ a: 'x'.repeat(400) }] })).toBeGreaterThan(100);
  });

  it('counts a picture once, and not by the length of its data', () => {
    const image = (length: number): unknown => [{ type: 'image_url', image_url: { url: 'A'.repeat(length) } }];
    expect(prompt(image(1_000_000))).toBe(prompt(image(10)));
    expect(prompt(image(10))).toBeGreaterThan(500);
  });

  it('of a body of odd things is no error', () => {
    expect(estimatePromptTokens({})).toBe(0);
    expect(estimatePromptTokens({ messages: [null, 3, { content: [null, 1, {}] }], tools: null })).toBe(4);
  });
});
