import type { z } from 'zod';
import { nearest } from '../core/nearest.ts';
import { keysOf } from './leaves.ts';
import type { Source } from './source.ts';

type Issue = z.core.$ZodIssue;

/** Says in `source` what the schema found wrong, in our words: zod's message is only what was expected (see `leaves.ts`). */
export function explain(source: Source, issues: readonly Issue[]): void {
  for (const issue of issues) {
    if (source.isBroken(issue.path)) continue;
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) unknownKey(source, issue, key);
    else if (issue.code === 'invalid_key') badName(source, issue);
    else source.problem(issue.path, sentence(source, issue));
  }
}

/** Where text was expected and a variable's value had been read as a number or the like, takes it as text. True: some was. */
export function keepTexts(source: Source, issues: readonly Issue[]): boolean {
  let kept = false;
  for (const issue of issues) {
    if (issue.code === 'invalid_type' && issue.expected === 'string' && source.keepAsText(issue.path)) kept = true;
  }
  return kept;
}

function unknownKey(source: Source, issue: Issue, key: string): void {
  const path = [...issue.path, key];
  if (source.isBroken(path)) return;
  const known = keysOf(issue.message);
  const meant = nearest(key, known);
  const remedy = meant === null ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`;
  source.problem(path, `unknown key ${key === '' ? '(empty)' : source.word(key)}: ${remedy}`);
}

function badName(source: Source, issue: Issue): void {
  source.problem(
    issue.path,
    `expected ${issue.message}; found ${JSON.stringify(source.word(String(issue.path.at(-1))))}`,
  );
}

function sentence(source: Source, issue: Issue): string {
  const value = source.at(issue.path);
  if (value === undefined) return `this is missing: expected ${issue.message}`;
  // A text in place of a whole client or provider may well be its key.
  const misplaced =
    typeof value === 'string' && /^(object|record|array)$/.test(String('expected' in issue && issue.expected));
  const found = misplaced ? 'text' : source.found(issue.path);
  const hint = typeof value === 'number' && issue.message.includes('with its unit') ? '; add the unit' : '';
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const meant = nearest(value, issue.values.map(String));
    if (meant !== null) return `expected ${issue.message}, found ${found}: did you mean ${meant}?`;
  }
  return `expected ${issue.message}; found ${found}${hint}`;
}
