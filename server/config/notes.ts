import type { FileConfig } from './schema.ts';
import type { Source } from './source.ts';

/**
 * What is accepted and does not act yet, or not as people may think: one sentence each, said at start. Defaults that will
 * act differently later share one.
 */
export function notesOf(source: Source, config: FileConfig): string[] {
  const notes: string[] = [];
  const defaults: string[] = [];
  const say = (keys: string[], sentence: string): void => {
    if (keys.length > 0) notes.push(`${shortList(keys)}: ${sentence}`);
  };
  const inherits = (key: 'probe' | 'suspect'): boolean =>
    Object.values(config.providers).some((provider) => provider.breaker[key] === undefined);
  const breakers = ['breaker', ...Object.keys(config.providers).map((name) => `providers.${name}.breaker`)];
  const race = breakers.filter((at) => source.at([...stepsOf(at), 'probe']) === 'race');
  say(
    race.map((at) => `${at}.probe`),
    'race acts as caller until racing comes with a later version.',
  );
  if (race.length === 0 && inherits('probe') && config.breaker.probe === 'race')
    defaults.push('breaker.probe (race) acts as caller');
  const suspect = breakers.filter((at) => Number(source.at([...stepsOf(at), 'suspect']) ?? 0) > 0);
  say(
    suspect.map((at) => `${at}.suspect`),
    'suspicion comes with a later version; until then a silent provider is noticed by its clocks.',
  );
  if (suspect.length === 0 && inherits('suspect') && config.breaker.suspect > 0)
    defaults.push('breaker.suspect does nothing');

  say(config.alerts.length > 0 ? ['alerts'] : [], 'alerts come with a later version; none is sent.');
  say(
    config.drills && config.environment === 'production' ? ['drills'] : [],
    'WARNING: this is "production", and every caller may break its own requests by x-recloser-fault. Set drills: false.',
  );
  say(
    source.at(['retention']) === undefined ? [] : ['retention'],
    'comes with a later version; until then nothing is deleted.',
  );
  if (defaults.length > 0) notes.push(`Defaults that do not act until a later version: ${defaults.join('; ')}.`);
  return [...notes, ...hostNotes(config)];
}

function hostNotes(config: FileConfig): string[] {
  return (['gateway', 'control'] as const)
    .filter((listener) => /^(0\.0\.0\.0|::)$/.test(config[listener].host) && config[listener].hosts.length === 0)
    .map(
      (listener) =>
        `${listener}.hosts is empty: requests to any Host name but loopback's will be refused; list the names it is reached by.`,
    );
}

/** The places of breakers, as `stepsOf` reads them back; a provider's name may hold dots. */
function stepsOf(at: string): string[] {
  const name = /^providers\.(.*)\.breaker$/.exec(at)?.[1];
  return name === undefined ? ['breaker'] : ['providers', name, 'breaker'];
}

function shortList(keys: string[]): string {
  const shown = keys.slice(0, 5).join(', ');
  return keys.length > 5 ? `${shown} and ${keys.length - 5} more` : shown;
}
