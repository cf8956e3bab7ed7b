import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler, toChunks } from '../../server/core/assemble.ts';
import { AnswerTooLargeError } from '../../server/core/grow.ts';

const room = 1_000_000;

function assemble(chunks: readonly unknown[], maxCharacters = room): Record<string, unknown> | null {
  const assembler = new Assembler(maxCharacters);
  for (const chunk of chunks) assembler.add(chunk);
  return assembler.answer();
}

const top = { id: 'c1', created: 7, model: 'm', object: 'chat.completion.chunk' };
const of = (delta: object, more: object = {}): object => ({
  ...top,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
const message = (answer: Record<string, unknown> | null, index = 0): unknown => {
  const choices = answer?.choices;
  return Array.isArray(choices) ? (choices[index] as { message: unknown }).message : undefined;
};

/** Cuts a text at the given places. */
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => text.slice(start, ends[index] ?? text.length));
}

describe('chunks put together', () => {
  it('become the plain answer', () => {
    const chunks = [
      of({ role: 'assistant', content: '', refusal: null }),
      of({ content: 'Hel' }),
      of({ content: 'lo' }),
      of({}, { finish_reason: 'stop' }),
      { ...top, choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } },
    ];
    expect(assemble(chunks)).toEqual({
      ...top,
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
  });

  it('are the same for every way of cutting a text', () => {
    const places = fc.array(fc.nat());
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.string({ maxLength: 50 }),
        places,
        (text, reasoning, at) => {
          const chunks = [
            of({ role: 'assistant' }),
            ...cut(reasoning, at).map((piece) => of({ reasoning_content: piece, content: null })),
            ...cut(text, at).map((piece) => of({ content: piece })),
            of({}, { finish_reason: 'stop' }),
          ];
          const expected = { role: 'assistant', reasoning_content: reasoning, content: text };
          expect(message(assemble(chunks))).toEqual(expected);
        },
      ),
    );
  });

  it('are the same for every way of cutting and interleaving tool calls and choices', () => {
    const call = fc.record({
      id: fc.uuid(),
      name: fc.string({ minLength: 1, maxLength: 9 }),
      args: fc.string({ maxLength: 60 }),
    });
    const choices = fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(choices, fc.array(fc.nat(), { maxLength: 6 }), fc.infiniteStream(fc.nat()), (calls, at, order) => {
        const lanes = calls.flatMap((inChoice, choice) =>
          inChoice.map(({ id, name, args }, index) => [
            { choice, delta: { index, id, type: 'function', function: { name, arguments: '' } } },
            ...cut(args, at).map((piece) => ({ choice, delta: { index, function: { arguments: piece } } })),
          ]),
        );
        const assembler = new Assembler(room);
        for (
          let open = lanes.filter((lane) => lane.length > 0);
          open.length > 0;
          open = lanes.filter((lane) => lane.length > 0)
        ) {
          const next = open[order.next().value % open.length]?.shift();
          if (next) assembler.add({ ...top, choices: [{ index: next.choice, delta: { tool_calls: [next.delta] } }] });
        }
        for (const [index, inChoice] of calls.entries()) {
          const expected = inChoice.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: args },
          }));
          expect(message(assembler.answer(), index)).toEqual({
            role: 'assistant',
            content: null,
            tool_calls: expected,
          });
        }
      }),
    );
  });

  it('keep what we do not know, on the chunk, the choice and the delta', () => {
    const answer = assemble([
      {
        ...of({ content: 'a', mood: 'gl', notes: [{ a: 1 }] }, { stop_reason: null, odd: { x: 1 } }),
        system_fingerprint: 'f',
      },
      { ...of({ content: 'b', mood: 'ad', notes: [{ a: 2 }] }, { stop_reason: 7 }), prompt_filter_results: [1] },
    ]);
    expect(answer).toMatchObject({
      system_fingerprint: 'f',
      prompt_filter_results: [1],
      choices: [
        { stop_reason: 7, odd: { x: 1 }, message: { content: 'ab', mood: 'glad', notes: [{ a: 1 }, { a: 2 }] } },
      ],
    });
  });

  it('join logprobs in their order', () => {
    const logprobs = (token: string): object => ({ logprobs: { content: [{ token, logprob: -1 }], refusal: null } });
    const answer = assemble([of({ content: 'a' }, logprobs('a')), of({ content: 'b' }, logprobs('b'))]);
    const content = [
      { token: 'a', logprob: -1 },
      { token: 'b', logprob: -1 },
    ];
    expect(answer).toMatchObject({ choices: [{ logprobs: { content, refusal: null } }] });
  });

  it('join the reasoning details of one index, with their format said once', () => {
    const detail = (text: string): object =>
      of({ reasoning_details: [{ index: 0, type: 'reasoning.text', text, format: 'f-v1' }] });
    expect(message(assemble([detail('a'), detail('b')]))).toMatchObject({
      reasoning_details: [{ index: 0, type: 'reasoning.text', text: 'ab', format: 'f-v1' }],
    });
  });

  it('take a name or an id that is said again in every chunk only once', () => {
    const piece = (args: string, name: string): object =>
      of({
        role: 'assistant',
        tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name, arguments: args } }],
      });
    expect(message(assemble([piece('{', 'look'), piece('}', ''), piece(' ', 'look')]))).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'x', type: 'function', function: { name: 'look', arguments: '{} ' } }],
    });
  });

  it('tell tool calls apart by their ids and names where all have the same index', () => {
    const begins = (id: string) => ({ index: 0, id, type: 'function', function: { name: `f_${id}`, arguments: '' } });
    const goesOn = (args: string, id?: string) => ({ index: 0, id, function: { arguments: args } });
    const pieces = [begins('a'), goesOn('{"x":'), goesOn('1}', 'drawn'), begins('b'), goesOn('{}')];
    const together = assemble([of({ tool_calls: pieces })]);
    expect(assemble(pieces.map((piece) => of({ tool_calls: [piece] })))).toEqual(together);
    expect(message(together)).toMatchObject({
      tool_calls: [
        { function: { name: 'f_a', arguments: '{"x":1}' } },
        { id: 'b', function: { name: 'f_b', arguments: '{}' } },
      ],
    });
  });

  it('tell tool calls apart by their ids where they have no index', () => {
    const call = (id: string): object => ({ id, type: 'function', function: { name: id, arguments: '{}' } });
    const answer = assemble([of({ tool_calls: [call('a')] }), of({ tool_calls: [call('b')] })]);
    expect(message(answer)).toMatchObject({ tool_calls: [call('a'), call('b')] });
  });

  it('keep content that begins as parts and goes on as text', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] };
    const answer = assemble([of({ content: [thinking] }), of({ content: 'a' }), of({ content: 'b' })]);
    expect(message(answer)).toMatchObject({ content: [thinking, { type: 'text', text: 'ab' }] });
    const other = assemble([of({ content: 'a' }), of({ content: [thinking] })]);
    expect(message(other)).toMatchObject({ content: [{ type: 'text', text: 'a' }, thinking] });
  });

  it('keep a field called __proto__ as a field', () => {
    const odd: unknown = JSON.parse(
      '{"__proto__": {"a": 1}, "choices": [{"index": 0, "delta": {"__proto__": {"b": 2}}}]}',
    );
    const answer = assemble([odd]);
    expect(JSON.stringify(answer)).toContain('"__proto__":{"a":1}');
    expect(JSON.stringify(answer)).toContain('"__proto__":{"b":2}');
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('are no answer before a choice has come, and finished when every choice is', () => {
    const assembler = new Assembler(room);
    assembler.add({ ...top, choices: [] });
    assembler.add('no chunk');
    expect([assembler.answer(), assembler.finished]).toEqual([null, false]);
    assembler.add(of({ content: 'a' }, { finish_reason: 'stop' }));
    expect(assembler.finished).toBe(true);
    assembler.add({ choices: [{ index: 1, delta: {} }] });
    expect(assembler.finished).toBe(false);
    assembler.add({ choices: [{ index: 1, delta: {}, finish_reason: 'length' }] });
    expect(assembler.finished).toBe(true);
  });
});

describe('the bound', () => {
  const floods: [name: string, chunk: (n: number) => object][] = [
    ['text', () => of({ content: 'x'.repeat(100) })],
    ['empty tool calls', (n) => of({ tool_calls: [{ index: n }] })],
    ['new fields of a delta', (n) => of({ [`f${n}`]: 1 })],
    ['new fields of a chunk', (n) => ({ [`f${n}`]: 'x'.repeat(50), choices: [] })],
    ['list items', () => of({ notes: ['x'.repeat(50)] })],
    ['logprobs', () => of({}, { logprobs: { content: [{ token: 'x'.repeat(50) }] } })],
    ['single characters', () => of({ content: 'x' })],
  ];
  it.each(floods)('holds against a flood of %s', (_name, chunk) => {
    const assembler = new Assembler(10_000);
    expect(() => {
      for (let n = 0; n < 10_000; n += 1) assembler.add(chunk(n));
    }).toThrow(AnswerTooLargeError);
  });

  it('does not count what is said again and again', () => {
    const assembler = new Assembler(10_000);
    for (let n = 0; n < 10_000; n += 1)
      assembler.add({ ...of({ role: 'assistant', content: '' }), usage: { prompt_tokens: n } });
    expect(assembler.answer()).toMatchObject({ usage: { prompt_tokens: 9_999 } });
  });

  it('allows no more than 128 choices', () => {
    const assembler = new Assembler(room);
    for (let index = 0; index < 1_000; index += 1) assembler.add({ choices: [{ index, delta: { content: 'x' } }] });
    expect(assembler.answer()?.choices).toHaveLength(128);
  });

  it('is reached in a time that grows with the text and not with its square', () => {
    const time = (pieces: number): number => {
      const assembler = new Assembler(100_000_000);
      const began = performance.now();
      for (let n = 0; n < pieces; n += 1) assembler.add(of({ content: 'word ' }));
      assembler.answer();
      return performance.now() - began;
    };
    time(20_000);
    // A square would make it a hundred times as long.
    expect(time(200_000)).toBeLessThan(40 * Math.max(5, time(20_000)));
  });
});

describe('a plain answer as a stream', () => {
  const answer = {
    id: 'c1',
    object: 'chat.completion',
    model: 'm',
    service_tier: 'default',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
        odd: 1,
      },
      { index: 1, message: { role: 'assistant', content: 'Hi', refusal: null }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  };

  it('says the same when it is put together again', () => {
    expect(assemble(toChunks(answer))).toEqual(answer);
  });

  it('has its content before its end, its usage last, and places on its tool calls', () => {
    const [begun, ended, usage] = toChunks(answer);
    expect(begun).toMatchObject({ object: 'chat.completion.chunk', choices: [{ finish_reason: null }, {}] });
    expect(begun).toMatchObject({ choices: [{ delta: { tool_calls: [{ index: 0, id: 'a' }] } }, {}] });
    expect(ended).toMatchObject({ choices: [{ delta: {}, finish_reason: 'tool_calls' }, { finish_reason: 'stop' }] });
    expect(usage).toEqual({ ...answer, object: 'chat.completion.chunk', choices: [] });
  });
});
