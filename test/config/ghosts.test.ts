import { expect, test } from 'vitest';
import { load, settingsOf, small, withMore, withProvider } from './support.ts';

const provider = (text: string) => {
  const [first] = settingsOf(text).providers;
  if (!first) throw new Error('no provider');
  return first;
};

test('a ghost has the settings of its circuit but for what it says', () => {
  const { breaker, ghosts } = provider(
    withMore('breaker: { rate: 0.7, ghosts: { eager: { failures: 3, open: 2m } } }'),
  );
  expect(ghosts).toEqual([
    { name: 'eager', breaker: { ...breaker, failures: 3, openMs: 120_000, openMaxMs: 120_000 } },
  ]);
  expect(breaker).not.toHaveProperty('ghosts');
});

test("a provider's own breaker keys are its ghosts' too", () => {
  const text = `${withProvider('breaker: { timeouts: 9 }')}breaker: { ghosts: { eager: { failures: 3 } } }\n`;
  expect(provider(text).ghosts?.[0]?.breaker).toMatchObject({ timeouts: 9, failures: 3 });
});

test('a provider that lists ghosts has those and no others', () => {
  const text = `${withProvider('breaker: { ghosts: { patient: { failures: 9 } } }')}breaker: { ghosts: { eager: { failures: 3 } } }\n`;
  expect(provider(text).ghosts?.map(({ name }) => name)).toEqual(['patient']);
  const none = `${withProvider('breaker: { ghosts: {} }')}breaker: { ghosts: { eager: { failures: 3 } } }\n`;
  expect(provider(none).ghosts).toEqual([]);
});

test('without ghosts there are none', () => {
  expect(provider(small).ghosts).toEqual([]);
});

test('eight ghosts are taken', () => {
  const eight = [...'abcdefgh'].map((name) => `${name}: { failures: 2 }`).join(', ');
  expect(provider(withMore(`breaker: { ghosts: { ${eight} } }`)).ghosts).toHaveLength(8);
});

test('a key that makes calls changes nothing in a ghost, and start says so', () => {
  const text = withMore('breaker: { ghosts: { eager: { probe: ping, failures: 3 } } }');
  expect(provider(text).ghosts?.[0]?.breaker.probe).toBe('race');
  const loaded = load(text);
  expect(loaded.ok && loaded.notes.join()).toContain('breaker.ghosts.eager.probe: changes nothing');
});
