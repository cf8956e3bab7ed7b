import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler, toChunks } from '../../server/core/assemble.ts';
import { readRequest, upstreamBody } from '../../server/core/body.ts';
import { isChunk, readChunk } from '../../server/core/chunk.ts';
import { judge } from '../../server/core/outcome.ts';

/** The body for a provider, as it reads it. */
const sentFor = (...given: Parameters<typeof upstreamBody>) => JSON.parse(upstreamBody(...given));

/** Names that our readers look for, with values of every kind: what a broken provider or an odd caller might send. */
const names = [
  ...['choices', 'delta', 'message', 'index', 'content', 'tool_calls', 'function', 'arguments', 'id', 'finish_reason'],
  ...[
    'usage',
    'prompt_tokens',
    'error',
    'code',
    'status',
    'type',
    'errors',
    'detail',
    'metadata',
    'innererror',
    'details',
  ],
  ...['model', 'messages', 'tools', 'stream', 'logprobs', 'x_groq', 'object', '__proto__', 'constructor', 'toString'],
];
const texts = ['', 'a', '429', 'stop', 'error', 'user', 'overloaded', 'chat.completion.chunk', 'invalid_api_key'];

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(...texts, 0, 1, -1, 429, 1e300, true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 5 })
      .map((fields) => Object.fromEntries(fields)),
  ),
}));

describe('whatever is sent', () => {
  it('is judged: there is a word, a sentence and a consequence', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 300, max: 599 }), (body, status) => {
        for (const text of [JSON.stringify(body), JSON.stringify(body).slice(0, 9)]) {
          const verdict = judge({ seen: 'status', status, headers: {}, body: text }, 0);
          expect(verdict.word).toBe(String(status));
          expect(verdict.error.message).not.toBe('');
        }
        expect(judge({ seen: 'errorInside', error: body, headers: {} }, 0).status).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 2_000 },
    );
  });

  it('as chunks is read and put together, or left out, without an error', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (chunks) => {
        const assembler = new Assembler(1_000_000);
        for (const chunk of chunks) {
          readChunk(chunk);
          if (isChunk(chunk)) assembler.add(chunk);
        }
        const answer = assembler.answer();
        if (answer) for (const chunk of toChunks(answer)) expect(JSON.stringify(chunk)).toContain('choices');
      }),
      { numRuns: 2_000 },
    );
  });

  it('as a request is refused with a sentence, or can be sent on', () => {
    const provider = { model: 'm', systemPrompt: 's', drop: ['tools'], rename: { usage: '__proto__' }, set: { a: 1 } };
    fc.assert(
      fc.property(value, fc.array(value, { maxLength: 3 }), (body, messages) => {
        const fields: object = typeof body === 'object' && body !== null ? body : {};
        for (const sent of [body, { ...fields, model: 'lucy', messages, stream: true, stream_options: null }]) {
          const read = readRequest(Buffer.from(JSON.stringify(sent)));
          if (read.ok) expect(sentFor(read.request, provider, { stream: true })).toMatchObject({ model: 'm', a: 1 });
          else expect(read.error.message).not.toBe('');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('that is no JSON is refused too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(readRequest(bytes).ok).toBe(false);
      }),
    );
  });
});
