/**
 * `${NAME}`, `${NAME:-default}` and `$${` in scalars. Before the YAML is parsed each is masked by characters of the same
 * length that mean nothing to YAML: `{` would otherwise end a plain value in `{ key: ${KEY} }`, and lines and columns stay
 * true. After it, each scalar gets its values, so that what a variable holds can never become YAML.
 */

const MARK = '\u{E000}';
const FIRST_INDEX = 0xe100;
const MAX_VARIABLES = 4_000;
const FILL = '\u{E001}';
const written = /\$?\$\{[^}\n\r]*\}/g;
const masked = new RegExp(`${MARK}([\\u{E100}-\\u{F8FF}])${FILL}*`, 'gu');

export interface Masked {
  text: string;
  /** What stood where, by index. */
  tokens: string[];
}

/** Null and a sentence: the text cannot be masked. */
export function mask(text: string): Masked | { problem: string } {
  if (text.includes(MARK)) return { problem: 'the character U+E000 cannot be used in a config: remove it' };
  const tokens: string[] = [];
  const out = text.replaceAll(written, (token) => {
    if (tokens.length >= MAX_VARIABLES) return token;
    tokens.push(token);
    return MARK + String.fromCodePoint(FIRST_INDEX + tokens.length - 1) + FILL.repeat(token.length - 2);
  });
  return { text: out, tokens };
}

/** The text as it was written, for showing a key. */
export function unmask(text: string, tokens: readonly string[]): string {
  return text.replaceAll(masked, (_, index: string) => tokenAt(tokens, index));
}

export interface Filled {
  text: string;
  /** Names of the variables in it; empty: it is as written. */
  variables: string[];
  /** Those of them that are not set and have no default. */
  missing: string[];
  /** Their values. */
  values: string[];
  problems: string[];
}

/** One scalar with its variables filled in. */
export function fill(
  text: string,
  tokens: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Filled {
  const filled: Filled = { text: '', variables: [], missing: [], values: [], problems: [] };
  if (text.replaceAll(masked, '').includes('${')) {
    filled.problems.push(`\${ has no } on the same line: write \${NAME}, or $\${ for the two characters themselves`);
  }
  filled.text = text.replaceAll(masked, (_, index: string) => {
    const token = tokenAt(tokens, index);
    return token.startsWith('$$') ? token.slice(1) : lookUp(token, { env, filled });
  });
  return filled;
}

function lookUp(token: string, into: { env: Readonly<Record<string, string | undefined>>; filled: Filled }): string {
  const { env, filled } = into;
  const parts = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?\}$/.exec(token);
  const name = parts?.[1];
  const fallback = parts?.[3];
  if (name === undefined || fallback?.includes('${')) {
    filled.problems.push(
      `expected \${NAME} or \${NAME:-default} with a name of letters, digits and _, and no variable within the default; write $\${ for the two characters themselves`,
    );
    return '';
  }
  const found = Object.hasOwn(env, name) ? env[name] : undefined;
  // As in a shell, `:-` stands in for an empty variable too; without it an empty key would pass for a key.
  const value = found === undefined || found === '' ? fallback : found;
  filled.variables.push(name);
  if (value !== undefined) {
    filled.values.push(value);
    return value;
  }
  filled.missing.push(name);
  const state = found === '' ? 'is empty' : 'is not set';
  filled.problems.push(`the environment variable ${name} ${state}: set it, or write \${${name}:-default}`);
  return '';
}

function tokenAt(tokens: readonly string[], index: string): string {
  return tokens[(index.codePointAt(0) ?? 0) - FIRST_INDEX] ?? '';
}

/** Text as YAML would read it unquoted: `4400` a number, `true` a boolean, `~` null, all else text. */
export function asPlainScalar(text: string): string | number | boolean | null {
  if (/^(|~|null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : text;
  }
  return text;
}
