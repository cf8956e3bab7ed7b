import type { OpenCause } from '../circuit/types.ts';
import type { Trouble, TroubleKind } from './types.ts';

/** Of an incident that is more likely our own fault. */
export const oursTitle = 'No provider could be reached: the fault may be ours';

/** Openings from which on a circuit is said to flap. */
export const flappingFrom = 3;

const openings: Record<OpenCause, string> = {
  failures: 'stopped answering',
  timeouts: 'stopped answering',
  rate: 'failed too many of its calls',
  throttled: 'asked us to slow down',
  credentials: 'refused our key',
  balance: 'has no balance left',
  model: 'no longer knows its model',
};

const feelings: Record<Exclude<TroubleKind, 'circuit'>, (chains: string) => string> = {
  errors: (chains) => `callers of ${chains} got errors`,
  fallbacks: (chains) => `${chains} was answered by fallbacks more than usual`,
  slow: (chains) => `${chains} was slow to answer`,
};

/** What happened, in a sentence without its full stop. What began it comes first. */
export function titleOf(troubles: readonly Trouble[], ours: boolean): string {
  if (ours) return oursTitle;
  const circuits = troubles.filter(({ kind }) => kind === 'circuit');
  const first = circuits[0];
  if (!first) return capital(feltTitle(troubles));
  const names = [...new Set(circuits.map(({ subject }) => subject))];
  const flaps = circuits.filter(({ subject }) => subject === first.subject).length;
  if (names.length === 1 && flaps >= flappingFrom) return `${first.subject} kept failing and coming back`;
  const said = openings[first.cause ?? 'failures'];
  const alike = circuits.every(({ cause }) => openings[cause ?? 'failures'] === said);
  return alike
    ? `${list(names)} ${said}`
    : `${first.subject} ${said}, and ${list(names.slice(1)) || 'more'} went with it`;
}

function feltTitle(troubles: readonly Trouble[]): string {
  const [first] = troubles;
  if (!first || first.kind === 'circuit') return '';
  const chains = troubles.filter(({ kind }) => kind === first.kind).map(({ subject }) => subject);
  return feelings[first.kind](list([...new Set(chains)]));
}

/** `a`, `a and b`, `a and 2 others`. */
export function list(names: readonly string[]): string {
  const [first = '', second] = names;
  if (second === undefined) return first;
  return names.length === 2 ? `${first} and ${second}` : `${first} and ${names.length - 1} others`;
}

/** A chain's name stays as it is written. */
function capital(sentence: string): string {
  return sentence.startsWith('callers') ? `C${sentence.slice(1)}` : sentence;
}
