import { type LoadInput, loadSettings } from '../../server/config/load.ts';
import type { Problem } from '../../server/config/source.ts';
import type { Settings } from '../../server/core/settings.ts';

export function load(text: string, more: Partial<LoadInput> = {}) {
  return loadSettings({ text, file: '/etc/recloser/recloser.yaml', env: {}, ...more });
}

export function settingsOf(text: string, more: Partial<LoadInput> = {}): Settings {
  const loaded = load(text, more);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return loaded.settings;
}

export function problemsOf(text: string, more: Partial<LoadInput> = {}): Problem[] {
  const loaded = load(text, more);
  return loaded.ok ? [] : loaded.problems;
}

/** The smallest config that loads: line 1 the providers, line 2 their only one, `a`; line 3 the chains, line 4 `lucy`. */
export const small = `providers:
  a: { baseUrl: http://127.0.0.1:1/v1, model: m }
chains:
  lucy: { providers: [a] }
`;

/** `small` with these keys in its provider. */
export function withProvider(keys: string): string {
  return small.replace('model: m', () => `model: m, ${keys}`);
}

/** `small` with these keys in its chain. */
export function withChain(keys: string): string {
  return small.replace('[a]', () => `[a], ${keys}`);
}

/** `small` with this from line 5 on. */
export function withMore(lines: string): string {
  return `${small}${lines}\n`;
}
