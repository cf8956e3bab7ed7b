import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Known, layoutChain, lineWidth } from '../../web/diagram/geometry.ts';
import { shownStates } from '../support/shownStates.ts';
import { chainOf, entryOf, providerOf } from '../support/webCircuits.ts';

const names = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

function known(
  circuits = names.map((name) => entryOf(name)),
  overviews = names.map((name) => providerOf(name)),
): Known {
  return {
    circuits: new Map(circuits.map((entry) => [entry.provider, entry])),
    overviews: new Map(overviews.map((overview) => [overview.provider, overview])),
  };
}

test('a chain of three hangs on one busbar, and callers come in at the middle line', () => {
  const { callers, lines } = layoutChain(chainOf(names), known());
  expect(lines.map(({ bus }) => bus)).toEqual(['first', 'middle', 'last']);
  expect(callers).toMatchObject({ row: 1, between: false });
});

test.each([
  [1, { row: 0, between: false }],
  [2, { row: 0, between: true }],
  [4, { row: 1, between: true }],
  [20, { row: 9, between: true }],
])('callers of a chain of %i come in at the middle of the busbar', (length, middle) => {
  const providers = Array.from({ length }, (_, index) => `p${index}`);
  expect(layoutChain(chainOf(providers), known()).callers).toMatchObject(middle);
});

test('a busbar begins and ends once, whatever the length of the chain', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (length) => {
      const { lines } = layoutChain(chainOf(Array.from({ length }, (_, index) => `p${index}`)), known());
      const pieces = lines.map(({ bus }) => bus).join(' ');
      expect(pieces).toMatch(length === 1 ? /^only$/ : /^first( middle)* last$/);
      expect(lines.map(({ place }) => place)).toEqual([...lines.keys()]);
    }),
  );
});

test('a wider line never means less traffic, and no traffic is as thin as any', () => {
  const rate = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(rate, rate, (one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      expect(lineWidth(less)).toBeLessThanOrEqual(lineWidth(more));
      expect(lineWidth(less)).toBeGreaterThanOrEqual(lineWidth(0));
      expect(lineWidth(more)).toBeLessThanOrEqual(9);
    }),
  );
  expect(lineWidth(40)).toBeGreaterThan(2 * lineWidth(0.4));
});

test.each(shownStates)(
  'a line of a %s circuit is dead just where it lets nothing through, and then shows no rate of before',
  (state) => {
    const [line] = layoutChain(chainOf(['a']), known([entryOf('a', { state })], [providerOf('a')])).lines;
    const isDead = state === 'open' || state === 'tripped';
    expect([line?.flow, line?.rate]).toEqual(isDead ? ['dead', null] : ['flowing', 4]);
    expect(line?.mark).toBe(state);
  },
);

test('a closed circuit that nobody called for five minutes is not shown as well', () => {
  const quiet = [providerOf('a', { attempts: 0, attemptsPerSecond: 0 })];
  const [line] = layoutChain(chainOf(['a']), known([entryOf('a', { inFlight: 0 })], quiet)).lines;
  expect(line).toMatchObject({ mark: 'none', flow: 'idle' });
  const [calling] = layoutChain(chainOf(['a']), known([entryOf('a', { inFlight: 1 })], quiet)).lines;
  expect(calling?.mark).toBe('closed');
});

test('a provider of several chains shows in each what that chain sends it', () => {
  const chain = chainOf(['a'], { attemptsPerSecond: { a: 0.5 } });
  const facts = known([entryOf('a')], [providerOf('a', { attemptsPerSecond: 12 })]);
  expect(layoutChain(chain, facts).lines[0]?.rate).toBe(0.5);
  expect(layoutChain(chainOf(['a']), facts).lines[0]?.rate).toBe(12);
});

test('a provider nothing is known of yet has a dead line and no figures', () => {
  const [line] = layoutChain(chainOf(['new']), known([], [])).lines;
  expect(line).toMatchObject({ rate: null, flow: 'dead', mark: 'none' });
});
