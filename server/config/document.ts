import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { isSecret, type Path, Source } from './source.ts';
import { asPlainScalar, fill, type Masked, mask, unmask } from './substitute.ts';

const MAX_CHARACTERS = 1_000_000;
const MAX_VALUES = 20_000;
const MAX_DEPTH = 32;
const MAX_ALIASES = 100;
const MAX_SYNTAX_PROBLEMS = 10;

export type Environment = Readonly<Record<string, string | undefined>>;

/** YAML to plain data with places; variables are filled in. What cannot be read is in `problems`. Never throws. */
export function readDocument(text: string, env: Environment): Source {
  const source = new Source();
  source.setPlace([], { line: 1, column: 1 });
  if (text.length > MAX_CHARACTERS) {
    source.problem([], `the file has more than ${MAX_CHARACTERS} characters: is this the config?`);
    return source;
  }
  const masked = mask(text);
  if ('problem' in masked) {
    source.problem([], masked.problem);
    return source;
  }
  const lines = new LineCounter();
  const document = parse(masked.text, lines);
  if (!document) {
    source.problem([], 'this could not be read as YAML: is it nested too deeply, or no YAML at all?');
    return source;
  }
  const faults = [...document.errors, ...document.warnings];
  const told = new Set<number>();
  for (const fault of faults.slice(0, MAX_SYNTAX_PROBLEMS)) {
    const { line, col } = lines.linePos(fault.pos[0]);
    if (told.has(line)) continue;
    told.add(line);
    source.problems.push({ line, column: col, path: '', message: syntaxSentence(fault.code) });
  }
  // What follows from broken YAML would be guesses.
  if (faults.length === 0) new Walk({ source, document, lines, masked, env }).run();
  return source;
}

type YamlDocument = ReturnType<typeof parseDocument>;

function parse(text: string, lineCounter: LineCounter): YamlDocument | null {
  try {
    // Duplicate keys are found by the walk, which can say where the first one is.
    // The messages of yaml's errors quote the text, so its own sentences are not used.
    const options = { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
    return parseDocument(text, { ...options, schema: 'core', merge: false, resolveKnownTags: false });
  } catch {
    return null;
  }
}

interface WalkParts {
  source: Source;
  document: YamlDocument;
  lines: LineCounter;
  masked: Masked;
  env: Environment;
}

/** One pass over the parsed nodes. */
class Walk {
  private readonly parts: WalkParts;
  private values = 0;
  private aliases = 0;
  private stopped = false;

  constructor(parts: WalkParts) {
    this.parts = parts;
  }

  run(): void {
    const { source, document } = this.parts;
    source.value = this.plain(document.contents, []);
    if (this.stopped) source.value = undefined;
  }

  private plain(node: unknown, path: Path): unknown {
    if (++this.values > MAX_VALUES) return this.stop(path, `the config has more than ${MAX_VALUES} values`);
    if (path.length > MAX_DEPTH) return this.stop(path, `this is nested deeper than ${MAX_DEPTH} levels`);
    if (isScalar(node)) return this.scalar(node, path);
    if (isMap(node)) return this.mapping(node, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        this.place(item, [...path, index]);
        return this.plain(item, [...path, index]);
      });
    }
    if (isAlias(node)) {
      if (++this.aliases > MAX_ALIASES)
        return this.stop(path, `the config uses more than ${MAX_ALIASES} aliases (*name)`);
      const target = node.resolve(this.parts.document);
      if (target) return this.plain(target, path);
      return this.broken(
        path,
        'this alias (*name) has no anchor (&name) before it: add one, or put the text in quotes',
      );
    }
    return null;
  }

  private mapping(node: YAMLMap, path: Path): Record<string, unknown> {
    const { source } = this.parts;
    const out: Record<string, unknown> = {};
    const lineOfKey = new Map<string, number>();
    for (const pair of node.items) {
      if (this.stopped) break;
      const { line } = this.place(pair.key, null);
      const key = this.key(pair, path);
      if (key === null) continue;
      const first = lineOfKey.get(key);
      if (first !== undefined) {
        const at = this.place(pair.key, null);
        const message = `this key is here twice, first on line ${first}: keep one of them`;
        source.problems.push({ line: at.line, column: at.column, path: source.shownPath([...path, key]), message });
        continue;
      }
      lineOfKey.set(key, line);
      this.place(pair.key, [...path, key]);
      out[key] = this.plain(pair.value, [...path, key]);
    }
    return out;
  }

  /** The text of a key, or null when it is none that a config can have. */
  private key(pair: Pair, path: Path): string | null {
    const { source, masked } = this.parts;
    if (!isScalar(pair.key))
      return this.badKey(pair, path, 'expected a name as the key, found something else: put it in quotes');
    const asWritten = typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? String(pair.key.value));
    const key = unmask(asWritten, masked.tokens);
    if (key !== asWritten) return this.badKey(pair, path, 'a variable may stand in a value only: write the key out');
    if (key === '<<')
      return this.badKey(
        pair,
        path,
        'merge keys (<<) are not read: write the keys out, or use an alias for the whole value',
      );
    if (key === '__proto__') return this.badKey(pair, path, 'a key may not be called __proto__: choose another name');
    // Beneath `apiKey:` even a key is probably a secret in the wrong shape; beneath `headers` keys are only names.
    if (isSecret(path) && path.at(-1) !== 'headers') source.addSecret(key);
    return key;
  }

  private badKey(pair: Pair, path: Path, message: string): null {
    const { source } = this.parts;
    const { line, column } = this.place(pair.key, null);
    source.problems.push({ line, column, path: source.shownPath(path), message });
    return null;
  }

  private scalar(node: Scalar, path: Path): unknown {
    const { source, masked, env } = this.parts;
    const { value } = node;
    if (typeof value === 'number' && !Number.isFinite(value)) return this.broken(path, 'expected a finite number');
    if (typeof value !== 'string') {
      if (isSecret(path)) source.addSecret(node.source ?? String(value));
      return value;
    }
    const filled = fill(value, masked.tokens, env);
    for (const secret of filled.values) source.addSecret(secret);
    for (const name of filled.variables) source.variables.set(name, filled.missing.includes(name));
    if (filled.variables.length > 0 || isSecret(path)) source.addSecret(filled.text);
    for (const problem of filled.problems) this.broken(path, problem);
    if (filled.variables.length === 0 || filled.problems.length > 0) return filled.text;
    source.setFilled(path, { variables: filled.variables, text: filled.text });
    return node.type === 'PLAIN' ? asPlainScalar(filled.text) : filled.text;
  }

  private broken(path: Path, message: string): undefined {
    this.parts.source.problem(path, message);
    this.parts.source.setBroken(path);
    return undefined;
  }

  private stop(path: Path, message: string): undefined {
    if (!this.stopped) this.parts.source.problem(path, message);
    this.stopped = true;
    return undefined;
  }

  private place(node: unknown, path: Path | null): { line: number; column: number } {
    const start = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
    const { line, col } = this.parts.lines.linePos(start);
    if (path) this.parts.source.setPlace(path, { line, column: col });
    return { line, column: col };
  }
}

function syntaxSentence(code: string): string {
  return (
    syntaxSentences[code] ??
    'this is not valid YAML: look for a missing quote, bracket or colon here or on the line before'
  );
}

const syntaxSentences: Record<string, string> = {
  TAB_AS_INDENT: 'a tab cannot indent YAML: use spaces',
  BAD_INDENT:
    'this is indented otherwise than the lines it belongs to: line them up with spaces, or close what is open before them',
  MISSING_CHAR: 'a closing quote or bracket, a comma, or the space after a colon or dash is missing: add it',
  BAD_SCALAR_START: 'a value cannot begin with this character: put the value in quotes',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape that YAML does not know: use single quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot begin here: put a value that holds ": " in quotes',
  BLOCK_IN_FLOW: 'within { } or [ ] separate by commas, not by lines and dashes',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line, with a colon after it: is the colon missing?',
  MULTIPLE_DOCS: 'the file holds more than one document (---): keep one',
  BAD_ALIAS: 'this alias (*name) is not valid: put a text that begins with * in quotes',
  TAG_RESOLVE_FAILED: 'tags (!name) are not read: remove it, or put the text in quotes',
  UNEXPECTED_TOKEN: 'this does not fit here: look for a missing quote, bracket or comma, or wrong indentation',
};
