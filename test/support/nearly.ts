import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';
import { noon } from '../db/support/records.ts';

/** Values that fit a schema nearly: most of them whole, so that they come as far as what is behind it, the others odd in one place or two. */

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

const hourMs = 3_600_000;
/** Of the fields that may be left out so many are given at most: with each of them a filter finds less. */
const mostOptional = 3;
/** So often a value is what it should be, to each time that it is not. */
const soundWeight = 24;

const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '%',
  '../..',
  '9'.repeat(400),
];
const oddNumbers = [-1, 0, 0.5, -0, 1e308, 2 ** 53, -(2 ** 63), 8.64e15, 8.64e15 + 1, noon];
const names = ['deepseek-v3', 'lucy', 'token:admin', '1', 'closed', '15m', 'markdown'];

/** What only who knows the program can give: names that there are, and texts of a form that no schema tells. */
const known: Record<string, Arbitrary<unknown>> = {
  provider: fc.constantFrom('deepseek-v3', 'llama-3.3-70b', 'qwen-72b'),
  chain: fc.constant('lucy'),
  for: fc.constantFrom('15m', '1h'),
  expires: fc.constantFrom('90d', '1h'),
  dated: fc.constant('2026-11-25'),
  zone: fc.constantFrom('UTC', 'Europe/Berlin'),
  name: fc.oneof(
    fc.constantFrom('ada', 'app'),
    fc.integer({ min: 0 }).map((number) => `n${number}`),
  ),
  from: fc.integer({ min: noon - 24 * hourMs, max: noon - 1 }),
  to: fc.integer({ min: noon, max: noon + hourMs }),
  at: fc.integer({ min: noon - hourMs, max: noon }),
  promptShare: fc.constantFrom(0, 0.5, 1, null),
  outputShare: fc.constantFrom(0, 0.5, 1, null),
  password: fc.constant('a long enough password'),
};
/** A cursor is what a page before this one gave. */
const cursors = ['before', 'epoch'];

export const text = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const number = fc.oneof(fc.constantFrom(...oddNumbers), fc.integer(), fc.integer({ min: 1, max: 20 }));
export const anything: Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, true, []),
);

export function schemaOf(input: z.ZodType): Schema {
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema;
}

/** `field`: its name, where it has one; `ids`: what there is to ask for by an id. */
export function nearly(schema: Schema, ids: readonly string[] = [], field = ''): Arbitrary<unknown> {
  const odd = schema.type === 'string' ? text : schema.type === 'integer' ? number : anything;
  return fc.oneof(
    { weight: soundWeight, arbitrary: sound(schema, ids, field) },
    { weight: 1, arbitrary: fc.oneof(odd, anything) },
  );
}

function sound(schema: Schema, ids: readonly string[], field: string): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.properties) return soundObject(schema, ids);
  const named = Object.hasOwn(known, field) ? known[field] : undefined;
  if (named) return named;
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => nearly(each, ids, field)));
  if (schema.type === 'array') return fc.array(nearly(schema.items ?? {}, ids, field), { maxLength: 4 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 3, 3) });
  if (schema.type === 'number') return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1, noNaN: true });
  if (schema.type !== 'string') return anything;
  const free = fc.string({ unit: 'grapheme', minLength: schema.minLength ?? 1, maxLength: schema.maxLength ?? 40 });
  const words = fc.constantFrom(...names);
  return ids.length > 0 && /^ids?$/.test(field) ? fc.oneof(fc.constantFrom(...ids), words) : fc.oneof(words, free);
}

function soundObject({ properties = {}, required = [] }: Schema, ids: readonly string[]): Arbitrary<unknown> {
  const optional = Object.keys(properties).filter((key) => !required.includes(key));
  return fc.subarray(optional, { maxLength: Math.min(mostOptional, optional.length) }).chain((chosen) => {
    const given = Object.entries(properties).filter(([key]) => required.includes(key) || chosen.includes(key));
    const parts = given.map(([key, each]) => [key, cursors.includes(key) ? anything : nearly(each, ids, key)] as const);
    // Now and then without one that is required, or with one that there is not.
    const record = fc.record(Object.fromEntries(parts));
    const fewer = fc.record(Object.fromEntries(parts), { requiredKeys: [] });
    const more = fc
      .tuple(record, fc.dictionary(text, anything, { maxKeys: 1 }))
      .map((both) => Object.assign({}, ...both));
    return fc.oneof(
      { weight: soundWeight, arbitrary: record },
      { weight: 1, arbitrary: fewer },
      { weight: 1, arbitrary: more },
    );
  });
}
