import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isChunk, readChunk } from '../../server/core/chunk.ts';
import { EventReader, parseObject, type ReadEvent } from '../../server/core/eventReader.ts';
import { Sent } from '../../server/core/sent.ts';

/** What parsing gives. */
function parsed(data: string) {
  const json = parseObject(data);
  return { json, isChunk: isChunk(json), facts: readChunk(json) };
}

/** Whatever is asked of it. */
function whole({ json, isChunk: isOne, facts }: ReadEvent) {
  return { json, isChunk: isOne, facts };
}

/** What is kept to go on from. */
function said(sent: Sent) {
  return { id: sent.id, created: sent.created, model: sent.model, closed: sent.closed, text: sent.text() };
}

/** Text as models and vendors send it, and as nobody should. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '\n',
    '\t',
    '\u0001',
    '\\"',
    '","content":"',
    '\ud800',
    '“so”',
    '[DONE]',
    'text',
    'letters',
    '\\u0041',
  ),
);

/** One JSON text, written in one of the ways that vendors write it. */
const written = (value: unknown, style: 'tight' | 'wide' | 'escaped'): string => {
  const json = JSON.stringify(value, null, style === 'wide' ? 1 : 0).replaceAll(/\n */g, ' ');
  return style === 'escaped'
    ? json.replaceAll(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
};

const field = fc.constantFrom('content', 'reasoning_content', 'reasoning', 'refusal', 'other');

/** A stream of one vendor: its frame stays, its texts change; now and then something else comes between. */
const stream = fc
  .record({
    style: fc.constantFrom('tight' as const, 'wide' as const, 'escaped' as const),
    top: fc.record({ id: text, model: text, usage: fc.constantFrom(null, undefined, { prompt_tokens: 3 }) }),
    delta: fc.dictionary(field, fc.oneof(text, fc.constant(null), fc.constant([])), { maxKeys: 2 }),
    choice: fc.record({
      index: fc.constantFrom(0, 1, undefined),
      finish_reason: fc.constantFrom(null, null, 'stop', undefined),
    }),
    padded: fc.boolean(),
    choicesFirst: fc.boolean(),
    field,
    texts: fc.array(fc.record({ text, letters: text, odd: fc.nat(9), at: fc.nat(400), junk: text }), {
      minLength: 1,
      maxLength: 12,
    }),
  })
  .map(({ style, top, delta, choice, padded, choicesFirst, field: named, texts }) =>
    texts.map(({ text: said, letters, odd, at, junk }) => {
      const choices = { choices: [{ ...choice, delta: { ...delta, [named]: said } }] };
      const chunk = choicesFirst ? { ...choices, ...top } : { ...top, ...choices };
      const data = written(padded ? { ...chunk, obfuscation: letters } : chunk, style);
      if (odd === 0) return `${data.slice(0, at)}${junk}${data.slice(at)}`;
      if (odd === 1) return data.slice(0, at);
      if (odd === 2) return `${data.slice(0, at)}${data.slice(at + 1)}`;
      return data;
    }),
  );

describe('a stream read by its likeness', () => {
  it('reads as if each of its events were parsed', () =>
    fc.assert(
      fc.property(stream, (events) => {
        const reader = new EventReader();
        const [told, noted] = [new Sent(() => true), new Sent(() => true)];
        for (const data of events) {
          const read = reader.read(data);
          const { json, plain } = read;
          expect(whole(read)).toEqual(parsed(data));
          // Whoever takes its text only knows as much of the answer as who notes all of it.
          if (json) noted.note(json);
          if (plain) told.noteText(plain.like, plain.text);
          else if (json) told.note(json);
          expect(said(told)).toEqual(said(noted));
        }
      }),
      { numRuns: 1_500 },
    ));

  it.each([
    ['two texts under one name', (said: string) => `{"choices":[{"delta":{"content":"a","content":"${said}"}}]}`],
    [
      'a text under a name that comes again',
      (said: string) => `{"choices":[{"delta":{"content":"${said}","content":"a"}}]}`,
    ],
    [
      'a text that names its field',
      (said: string) => `{"id":"\\"content\\":\\"","choices":[{"delta":{"content":"${said}"}}]}`,
    ],
    ['a field of that name elsewhere', (said: string) => `{"content":"x","choices":[{"delta":{"content":"${said}"}}]}`],
    [
      'a name that is no plain one',
      (said: string) => `{"__proto__":{"a":1},"choices":[{"delta":{"content":"${said}"}}]}`,
    ],
    [
      'two choices',
      (said: string) => `{"choices":[{"delta":{"content":"${said}"}},{"index":1,"delta":{"content":"b"}}]}`,
    ],
    [
      'padding before its choices',
      (said: string) => `{"obfuscation":"a${said}","choices":[{"delta":{"content":"${said}"}}]}`,
    ],
  ])('%s is read as parsing reads it', (_name, event) => {
    const reader = new EventReader();
    for (const said of [
      'one',
      'two',
      '',
      'th\\nree',
      'fo"ur',
      'five\\',
      'six\t',
      'a text of more than twelve characters',
    ])
      expect(whole(reader.read(event(said)))).toEqual(parsed(event(said)));
  });

  it('of a hundred alike, a few are parsed', () => {
    const reader = new EventReader();
    const parse = vi.spyOn(JSON, 'parse');
    for (let place = 0; place < 100; place += 1)
      reader.read(
        `{"id":"x","choices":[{"index":0,"delta":{"content":"w${place}"},"finish_reason":null}],"obfuscation":"${'z'.repeat(place % 9)}"}`,
      );
    expect(parse.mock.calls.length).toBeLessThan(5);
    parse.mockRestore();
  });

  it('what was given out is not changed by what is read after it', () => {
    const reader = new EventReader();
    const events = ['a', 'b', 'c', 'd'].map((said) => `{"choices":[{"delta":{"content":"${said}"}}]}`);
    const read = events.map((data) => reader.read(data).json);
    expect(read).toEqual(events.map((data) => JSON.parse(data)));
  });
});
