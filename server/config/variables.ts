import type { SecretFacts } from '../core/doctor/facts.ts';
import { readDocument } from './document.ts';
import type { LoadInput } from './load.ts';
import { withSecretFiles } from './secretFiles.ts';

/** The variables that a config uses, each with where its value comes from; never the value. */
export function variablesOf(input: Pick<LoadInput, 'text' | 'env' | 'readSecret'>): SecretFacts[] {
  const { env } = withSecretFiles(input);
  const own = (name: string) => (Object.hasOwn(input.env, name) ? input.env[name] : undefined);
  return [...readDocument(input.text, env).variables].map(([name, missing]) => {
    if (missing) return { name, from: 'nowhere' };
    if (own(name)) return { name, from: 'variable' };
    return { name, from: Object.hasOwn(env, name) && env[name] ? 'file' : 'default' };
  });
}
