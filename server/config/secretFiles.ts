import type { Environment } from './document.ts';
import type { Problem } from './source.ts';

const used = /\$\{([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * The environment with what lies in files: where a config uses `${NAME}` and only `NAME_FILE` is set, the text of the file
 * it names; and so with `RECLOSER_TOKEN`. So a secret may change while the program runs. Problems name variables, never what
 * is in a file.
 */
export function withSecretFiles(input: {
  text: string;
  env: Environment;
  readSecret?: (path: string) => string | null;
}): { env: Environment; problems: Problem[] } {
  const { text, env, readSecret } = input;
  if (!readSecret) return { env, problems: [] };
  const found: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const name of new Set(['RECLOSER_TOKEN', ...[...text.matchAll(used)].map(([, each = '']) => each)])) {
    const variable = `${name}_FILE`;
    const path = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (!path || (Object.hasOwn(env, name) && env[name])) continue;
    const secret = readSecret(path);
    if (secret) found[name] = secret;
    else {
      const message = `the file that this variable names cannot be read as text, or is empty: correct it, or set ${name} itself`;
      problems.push({ line: null, column: null, path: variable, message });
    }
  }
  return { env: { ...env, ...found }, problems };
}
