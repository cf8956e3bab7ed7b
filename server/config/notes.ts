import { unguessableCharacters } from '../core/access.ts';
import type { FileConfig } from './schema.ts';

/**
 * What is accepted and does not act yet, or not as people may think: one sentence each, said at start.
 */
export function notesOf(config: FileConfig): string[] {
  const notes: string[] = [];
  const say = (keys: string[], sentence: string): void => {
    if (keys.length > 0) notes.push(`${shortList(keys)}: ${sentence}`);
  };
  say(
    config.drills && config.environment === 'production' ? ['drills'] : [],
    'WARNING: this is "production", and every caller may break its own requests by x-recloser-fault. Set drills: false.',
  );
  say(
    config.retention.minutes < config.retention.requests ? ['retention.minutes'] : [],
    'is shorter than retention.requests, whose rows are found by their minutes: these are kept as long.',
  );
  say(
    idleGhostKeys(config),
    'changes nothing: a ghost makes no calls of its own, so probe, recheck and suspect are those of its circuit.',
  );
  say(
    unpricedLimits(config),
    'some providers of its chains have no price, and what they answer is not counted: give each a price.',
  );
  say(
    shortKeys(config),
    `has fewer than ${unguessableCharacters} characters, and might be guessed: while somebody guesses from its address, it is not heard.`,
  );
  return [...notes, ...hostNotes(config)];
}

function idleGhostKeys(config: FileConfig): string[] {
  const all = [
    ['breaker', config.breaker.ghosts] as const,
    ...Object.entries(config.providers).map(
      ([name, { breaker }]) => [`providers.${name}.breaker`, breaker.ghosts ?? {}] as const,
    ),
  ];
  return all.flatMap(([path, ghosts]) =>
    Object.entries(ghosts).flatMap(([ghost, keys]) =>
      (['probe', 'recheck', 'suspect'] as const)
        .filter((key) => keys[key] !== undefined)
        .map((key) => `${path}.ghosts.${ghost}.${key}`),
    ),
  );
}

/** Clients whose spending is bounded, and who may ask providers that cost nobody knows what. */
function unpricedLimits({ clients, chains, providers }: FileConfig): string[] {
  const unpriced = (chain: string) => chains[chain]?.providers.some((name) => providers[name]?.price === undefined);
  return clients
    .filter(({ limits }) => limits?.dollarsPerDay !== undefined)
    .filter((client) => (client.chains ?? Object.keys(chains)).some(unpriced))
    .map(({ name }) => `limits.dollarsPerDay of client ${name}`);
}

function shortKeys({ clients }: FileConfig): string[] {
  const isShort = (key: string | undefined) => key !== undefined && key.length < unguessableCharacters;
  return clients.flatMap(({ name, key, previousKey }) => [
    ...(isShort(key) ? [`key of client ${name}`] : []),
    ...(isShort(previousKey) ? [`previousKey of client ${name}`] : []),
  ]);
}

function hostNotes(config: FileConfig): string[] {
  return (['gateway', 'control'] as const)
    .filter((listener) => /^(0\.0\.0\.0|::)$/.test(config[listener].host) && config[listener].hosts.length === 0)
    .map(
      (listener) =>
        `${listener}.hosts is empty: requests to any Host name but loopback's will be refused; list the names it is reached by.`,
    );
}

function shortList(keys: string[]): string {
  const shown = keys.slice(0, 5).join(', ');
  return keys.length > 5 ? `${shown} and ${keys.length - 5} more` : shown;
}
