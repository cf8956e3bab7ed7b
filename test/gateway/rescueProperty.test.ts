import { ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RescueWay } from '../../server/core/records.ts';
import { eventsOf } from '../support/rawCall.ts';
import { begunOf, readStream, trailing } from '../support/rescue.ts';
import { type Played, stage } from '../support/rescueStage.ts';
import { event } from '../support/upstream.ts';

/** Another seed plays other breaks; a failing run names its own. */
const SEED = 20_261_122;
const RUNS = 10_000;

/** What a model makes of a begun answer: goes on with it, says its own from the start, refuses it, or ends at once. */
const heeds = ['goesOn', 'beginsAgain', 'refuses', 'endsAtOnce'] as const;

const words = fc.constantFrom(
  ...[
    'tide',
    'moon',
    'sea',
    'in',
    'a',
    'and',
    '12',
    'café',
    '潮の満ち引き',
    '🌊',
    '✓',
    '👩‍👩‍👧',
    'however,',
    'high.',
    '\n\n',
    'ß',
  ],
);
const firstWords = fc.constantFrom('The', 'Tides', 'There', 'Well,', 'Über', 'A');
/** As chat models begin: with a capital, and no space before it. */
const answers = fc
  .tuple(firstWords, fc.array(words, { minLength: 1, maxLength: 40 }))
  .map(([first, rest]) => [first, ...rest].join(' ').replaceAll(' \n\n ', '\n\n').trimEnd());

const provider = fc.record({
  own: answers,
  /** Speaks as the first provider does. */
  same: fc.boolean(),
  heeds: fc.constantFrom(...heeds),
  prefill: fc.boolean(),
  reasons: fc.boolean(),
  /** Characters of a chunk; odd ones cut characters of two halves. */
  chunk: fc.integer({ min: 1, max: 9 }),
  newline: fc.constantFrom('\n', '\r\n'),
  finish: fc.constantFrom('stop', 'length'),
  /** After so many thousandths of its bytes it breaks; null: it does not. */
  breaksAt: fc.option(fc.integer({ min: 1, max: 999 }), { freq: 3 }),
  break: fc.constantFrom('reset', 'end', 'error'),
  /** Where its bytes are split. */
  split: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }),
});
type Provider = ReturnType<typeof provider.generate>['value'];

const scene = fc.record({
  providers: fc.array(provider, { minLength: 1, maxLength: 3 }),
  ways: fc.shuffledSubarray<RescueWay>(['prefill', 'splice', 'discard']),
});

/** One call as this provider answers it; what it would have said in all goes to `claims`. */
function play(
  one: Provider,
  own: string,
  call: { body: Record<string, unknown>; index: number; claims: Set<string> },
): Played {
  const begun = begunOf(call.body);
  if (begun !== null && one.heeds === 'refuses') return { status: 400, pieces: [refusal], end: 'whole' };
  let said = own;
  if (begun !== null && one.heeds === 'goesOn') said = own.startsWith(begun) ? own.slice(begun.length) : ` ${own}`;
  if (begun !== null && one.heeds === 'endsAtOnce') said = '';
  else call.claims.add(said === own ? own : `${begun}${said}`);
  const bytes = Buffer.from(streamOf(one, said, call.index).join(''));
  const at = one.breaksAt === null ? bytes.length : Math.floor((one.breaksAt * bytes.length) / 1_000);
  const sent = [bytes.subarray(0, at)];
  // Blank lines: whatever was cut off before is an event of its own, and none of JSON.
  if (at < bytes.length && one.break === 'error') sent.push(Buffer.from(`\n\n${event({ error: { message: 'x' } })}`));
  const pieces = splitUp(Buffer.concat(sent), one.split);
  return { status: 200, pieces, end: at < bytes.length && one.break === 'reset' ? 'reset' : 'whole' };
}

const refusal = Buffer.from(JSON.stringify({ error: { message: 'The conversation must end with a user message.' } }));

function streamOf(one: Provider, said: string, index: number): string[] {
  const head = { id: `answer-${index}`, object: 'chat.completion.chunk', created: index, model: `model-${index}` };
  const of = (delta: object, finish: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const pieces: string[] = [];
  for (let at = 0; at < said.length; at += one.chunk) pieces.push(said.slice(at, at + one.chunk));
  const events = [
    of({ role: 'assistant', content: '' }),
    ...(one.reasons ? [of({ reasoning_content: 'Thoughts ' }), of({ reasoning_content: 'of its own.' })] : []),
    ...pieces.map((content) => of({ content })),
    of({}, one.finish),
    { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: pieces.length, total_tokens: 0 } },
  ];
  return [...events.map((data) => event(data)), event('[DONE]')].map((text) => text.replaceAll('\n', one.newline));
}

function splitUp(bytes: Buffer, sizes: number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Without white space: where two texts meet, one may have had another than the caller has already. */
const bare = (text: string): string => text.replace(/\s+/g, '');

async function tell(providers: Provider[], ways: RescueWay[]) {
  const claims = new Set<string>();
  const owns = providers.map(({ own, same }) => (same ? (providers[0]?.own ?? own) : own));
  const staged = await stage({
    providers: providers.map(({ prefill }, index) => ({ name: String(index), prefill: prefill ? trailing : null })),
    ways,
    play: (name, body) => {
      const one = providers[Number(name)];
      if (!one) throw new Error(`There is no provider ${name}.`);
      return play(one, owns[Number(name)] ?? '', { body, index: Number(name), claims });
    },
  });
  return { staged, claims };
}

describe(`${RUNS} broken answers (seed ${SEED})`, () => {
  test('each is whole and said by one provider to its end, or ends in an error', { timeout: 180_000 }, async () => {
    console.log(`Property of rescue: seed ${SEED}, ${RUNS} runs.`);
    const seen = { whole: 0, rescued: 0, error: 0 };
    const property = fc.asyncProperty(scene, async ({ providers, ways }) => {
      const { staged, claims } = await tell(providers, ways);
      strictEqual(staged.permitsOut, 0);
      if (staged.status !== 200) return ok('error' in JSON.parse(staged.text), staged.text);
      const { content, isWhole, error, ids, chunks } = readStream(eventsOf(staged.text));
      if (!isWhole) {
        seen.error += 1;
        ok(!staged.text.includes('[DONE]'), staged.text);
        strictEqual(error?.code, 'answer_interrupted');
        return;
      }
      seen.whole += 1;
      const isRescued = staged.attempts.some(({ way, outcome }) => way !== null && outcome === 'succeeded');
      if (isRescued) seen.rescued += 1;
      strictEqual(ids.size, 1);
      // The usage of one provider may be lost with its last bytes; that of a rescue is ours to tell.
      const usages = chunks.filter((chunk) => 'usage' in chunk).length;
      ok(usages === 1 || (usages === 0 && !isRescued), `${usages} usages`);
      if (!claims.has(content)) ok([...claims].map(bare).includes(bare(content)), content);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    console.log(
      `Property of rescue: ${seen.whole} whole (${seen.rescued} of them rescued), ${seen.error} ended in an error.`,
    );
    expect(seen.rescued).toBeGreaterThan(RUNS / 50);
    expect(seen.error).toBeGreaterThan(RUNS / 50);
  });
});
