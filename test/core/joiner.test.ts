import { describe, expect, test } from 'vitest';
import { HELD_CHARACTERS, Joiner } from '../../server/core/joiner.ts';

const sent = 'The tide turns twice a day, because the moon pulls the sea, and the earth turns beneath it.';

/** What a caller has in the end, when `next` comes in pieces; null: it could not be joined. */
function join(before: string, next: string[], mode: 'continues' | 'repeats' = 'continues'): string | null {
  const joiner = new Joiner(before, mode);
  let text = before;
  for (const piece of next) {
    text += joiner.add(piece);
    if (joiner.apart) return null;
  }
  joiner.end();
  return joiner.joined ? text : null;
}

describe('a text that goes on', () => {
  test.each([
    ['is added as it is', 'One two', [' three', ' four'], 'One two three four'],
    ['may go on within a word', 'Twen', ['ty-one'], 'Twenty-one'],
    ['does not bring again the space that is there', 'One two ', [' three'], 'One two three'],
    ['need not bring the space that was not shown', 'One two ', ['three'], 'One two three'],
    ['does not bring again an empty line', 'Listen:\n\n', ['\n\n', '- one'], 'Listen:\n\n- one'],
    ['brings what is missing of an empty line', 'Listen:\n', ['\n', '\n- one'], 'Listen:\n\n- one'],
    ['does not put another white space beside the one that is there', 'Listen:\n\n', [' - one'], 'Listen:\n\n- one'],
    ['keeps the indentation of code', 'def f():\n    ', ['\n    return 1\n'], 'def f():\n    return 1\n'],
    ['brings the other half of a character', 'smile \ud83d', ['\ud83d', '\ude00!'], 'smile \ud83d\ude00!'],
    ['may bring a capital after a quotation mark', 'She said "', ['No."'], 'She said "No."'],
    ['may bring a capital within code', '```js\nconst get', ['User = 1;\n```'], '```js\nconst getUser = 1;\n```'],
    ['goes on in a script without capitals and spaces', '今日は', ['いい天気'], '今日はいい天気'],
  ])('%s', (_what, before, next, whole) => {
    expect(join(before, next)).toBe(whole);
    expect(join(before, [next.join('')])).toBe(whole);
    expect(join(before, [...next.join('')])).toBe(whole);
  });
});

describe('a text that begins again', () => {
  test('is joined where it says exactly what was sent, however it is split', () => {
    const whole = `${sent} That is all.`;
    for (const length of [1, 3, 40, HELD_CHARACTERS - 1, HELD_CHARACTERS, HELD_CHARACTERS + 1, sent.length]) {
      const before = whole.slice(0, length);
      expect(join(before, [whole])).toBe(whole);
      expect(join(before, [...whole])).toBe(whole);
    }
  });

  test.each([
    ['after many characters in common', sent, [sent.slice(0, 70), ' but not quite so.']],
    ['after a few words in common', sent, ['The tide ', 'comes in at noon.']],
    ['where the white space differs', 'Well then. ', ['Well then.\n\nOnce more.']],
    ['before it has come so far', sent, [sent.slice(0, 80)]],
    ['before it shows whether it goes on', sent, ['The ']],
  ])('and goes another way %s is not joined', (_what, before, next) => {
    expect(join(before, next)).toBe(null);
    expect(join(before, [...next.join('')])).toBe(null);
  });

  test.each([
    ['a capital after a word', 'The tide turns', ['Tides are caused by the moon.']],
    ['a capital after a full stop', 'It turns.', ['Tides are caused by the moon.']],
    ['a capital where a space was held back', 'The tide ', ['Tides are caused by the moon.']],
    ['a heading after a word', 'The tide turns', ['## Tides']],
    ['a list after a word', 'The tide turns', ['1. The moon']],
  ])('with other words is known by %s', (_what, before, next) => {
    expect(join(before, next)).toBe(null);
  });
});

describe('asked afresh', () => {
  test('a text is passed on from where the sent one ends', () => {
    expect(join(sent, [...`${sent} More.`], 'repeats')).toBe(`${sent} More.`);
    expect(join('smile \ud83d', ['smile \ud83d', '\ude00'], 'repeats')).toBe('smile \ud83d\ude00');
  });

  test('a text that is just what was sent is whole', () => {
    expect(join(sent, [sent], 'repeats')).toBe(sent);
  });

  test('the first character that differs is the end of it', () => {
    const joiner = new Joiner(sent, 'repeats');
    expect(joiner.add(sent.slice(0, 50))).toBe('');
    expect(joiner.apart).toBe(false);
    expect(joiner.add('X')).toBe('');
    expect(joiner.apart).toBe(true);
    expect(joiner.add(sent.slice(50))).toBe('');
  });

  test('a text that ends too early is not joined', () => {
    expect(join(sent, [sent.slice(0, -1)], 'repeats')).toBe(null);
  });
});

describe('with nothing sent but white space', () => {
  test('any text is joined, and an empty one too', () => {
    expect(join('', ['Tides.'])).toBe('Tides.');
    expect(join('', [])).toBe('');
    expect(join('\n\n', ['\n\n', 'Tides.'], 'repeats')).toBe('\n\nTides.');
    expect(join('\n\n', ['Tides.'], 'repeats')).toBe('\n\nTides.');
  });
});

test('nothing at all, or white space alone, is no going on', () => {
  expect(join(sent, [])).toBe(null);
  expect(join(sent, ['', ' \n'])).toBe(null);
});

test('no more than the bound is held back', () => {
  const whole = sent.repeat(3);
  const joiner = new Joiner(whole.slice(0, 200), 'continues');
  // As the sent text begins, up to the bound, and then on its own.
  for (const character of whole.slice(0, HELD_CHARACTERS)) expect(joiner.add(character)).toBe('');
  expect(joiner.apart).toBe(false);
  expect(joiner.add('~')).toBe('');
  expect(joiner.apart).toBe(true);
});

test('joining takes time in step with the text', () => {
  const long = 'tide '.repeat(50_000);
  const joiner = new Joiner(long, 'repeats');
  let passed = 0;
  for (let at = 0; at < long.length; at += 5) passed += joiner.add(long.slice(at, at + 5)).length;
  expect(passed).toBe(0);
  expect(joiner.add('turns')).toBe('turns');
});
