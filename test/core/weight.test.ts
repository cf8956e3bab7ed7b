import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { mostWeightOf, weightOf } from '../../server/core/weight.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const bodyBytes = 300_000;

const shapes: Record<string, (at: number) => string> = {
  'empty objects': () => '{}',
  'empty lists': () => '[]',
  'objects in lists': () => '[{}]',
  'objects with a field': () => '{"a":1}',
  'objects with fields of their own': (at) => `{"k${at}":0}`,
  messages: () => '{"role":"user","content":"ab"}',
  'short texts': (at) => `"${at}"`,
  'no texts': () => '""',
  fractions: (at) => `${at}.5`,
  'one digit': () => '1',
  'nested lists': () => '[[[[[[]]]]]]',
  'long texts': () => `"${'x'.repeat(10_000)}"`,
  'long texts of wide characters': () => `"${'ж'.repeat(5_000)}"`,
};

/** A list of so many of them. */
function listOf(shape: (at: number) => string): string {
  const parts: string[] = [];
  for (let bytes = 0; bytes < bodyBytes; ) {
    const part = shape(parts.length);
    bytes += Buffer.byteLength(part) + 1;
    parts.push(part);
  }
  return `[${parts.join(',')}]`;
}

test.each(Object.keys(shapes))('a body of %s weighs no less than it takes of the heap when it is read', (name) => {
  const body = Buffer.from(listOf(shapes[name] ?? String));
  let read: unknown = JSON.parse(body.toString());
  read = null;
  collect();
  const before = getHeapStatistics().used_heap_size;
  read = JSON.parse(body.toString());
  collect();
  const taken = getHeapStatistics().used_heap_size - before;
  expect(read).not.toBeNull();
  // What tests beside this one leave in the same heap is no more than this.
  expect(weightOf(body)).toBeGreaterThan(taken - 200_000);
  expect(weightOf(body)).toBeLessThanOrEqual(mostWeightOf(body.length));
});

test('an object of one field for each entry weighs no less than the table it becomes', () => {
  const fields = Array.from({ length: 20_000 }, (_, at) => `"field${at}":${at}`).join(',');
  const body = Buffer.from(`{${fields}}`);
  collect();
  const before = getHeapStatistics().used_heap_size;
  const read: unknown = JSON.parse(body.toString());
  collect();
  expect(weightOf(body)).toBeGreaterThan(getHeapStatistics().used_heap_size - before - 200_000);
  expect(read).toHaveProperty('field7', 7);
});

test('a text weighs what it is with those it is sent to, and no byte more than the heaviest', () => {
  expect(weightOf(Buffer.from(`"${'x'.repeat(100_000)}"`))).toBe(3 * 100_002);
  expect(weightOf(Buffer.from(`"${'ж'.repeat(50_000)}"`))).toBe(6 * 100_002);
  for (let byte = 0; byte < 256; byte += 1) {
    const body = Buffer.alloc(1_000, byte);
    expect(weightOf(body)).toBeLessThanOrEqual(mostWeightOf(1_000));
  }
});
