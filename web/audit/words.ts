import { nothing } from '../time.ts';

/** The words of the audit. Pure. */

const actWords: Record<string, string> = {
  'access.createToken': 'make a token',
  'alerts.test': 'test an alert',
  'circuits.hold': 'hold closed',
  'circuits.probe': 'probe',
  'circuits.release': 'release',
  'circuits.reset': 'reset',
  'circuits.trip': 'trip',
  'incidents.annotate': 'note on an incident',
  'incidents.star': 'star',
  'incidents.unstar': 'take a star off',
  'people.add': 'add a person',
  'people.change': 'change a person',
  'people.invite': 'invite a person',
  'people.join': 'join',
  'people.password': 'change a password',
  'session.close': 'sign out',
  'session.closeAll': 'sign out everywhere',
  'session.end': "end somebody's session",
  'session.open': 'sign in',
  'tokens.create': 'make a token',
  'tokens.revoke': 'revoke a token',
  'tokens.use': 'look with a wrong token',
};

/** What was done, for people; an act without words of its own keeps its name. */
export function actWord(what: string): string {
  return Object.hasOwn(actWords, what) ? (actWords[what] ?? what) : what;
}

/** One thing that an act changed; null: there was none. */
export interface Changed {
  name: string;
  before: unknown;
  after: unknown;
}

/** What differs between the two, by its name, in the order of `after`; what is the same on both sides is left out. */
export function changedOf(before: unknown, after: unknown): Changed[] {
  const [old, young] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(young), ...Object.keys(old)])];
  return names
    .map((name) => ({ name, before: old[name] ?? null, after: young[name] ?? null }))
    .filter((changed) => textOf(changed.before) !== textOf(changed.after));
}

/** `closed → tripped`, `viewer → operator`: the one thing that says most of a change; empty: nothing changed. */
export function changeInShort(before: unknown, after: unknown): string {
  if (after === null || after === undefined) return '';
  const changed = changedOf(before, after);
  const first = changed.find(({ name }) => name === 'state' || name === 'role');
  if (!first) return changed.length === 0 ? '' : changed.map(({ name }) => name).join(', ');
  return first.before === null ? textOf(first.after) : `${textOf(first.before)} → ${textOf(first.after)}`;
}

/** A value of a change as text; `–`: there was none. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return nothing;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Times stand in a change as ms since 1970, by names that say so. */
export function isTime(name: string, value: unknown): value is number {
  return typeof value === 'number' && value > 1e11 && /^(at|since|until)$|(At|Until)$/.test(name);
}

function fieldsOf(data: unknown): Record<string, unknown> {
  if (data === null || data === undefined) return {};
  if (typeof data !== 'object') return { value: data };
  return { ...data };
}
