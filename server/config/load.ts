import { readFileSync, statSync } from 'node:fs';
import type { Settings } from '../core/settings.ts';
import { crossCheck } from './cross.ts';
import { type Environment, readDocument } from './document.ts';
import { effectiveOf, inForceOf } from './effective.ts';
import { notesOf } from './notes.ts';
import { type Flags, override } from './overrides.ts';
import { explain, keepTexts } from './problems.ts';
import { configSchema } from './schema.ts';
import { withSecretFiles } from './secretFiles.ts';
import { toSettings } from './settings.ts';
import type { Problem } from './source.ts';

const MAX_FILE_BYTES = 4 * 1024 ** 2;
const MAX_PROBLEMS = 100;
const MAX_SECRET_CHARACTERS = 64 * 1_024;

export interface LoadInput {
  /** The file's text. */
  text: string;
  /** Its path: `database` counts from its folder. */
  file: string;
  env: Environment;
  /** They win over variables (`RECLOSER_…`), which win over the file. */
  flags?: Flags;
  /** Text of a file that a variable `NAME_FILE` names, for `${NAME}`; null: it cannot be read. Default: none is read. */
  readSecret?: (path: string) => string | null;
  /** For `node` where nothing says it. Default: `local`. */
  hostname?: string;
}

export type Loaded =
  /** `token`: `RECLOSER_TOKEN`, or null. `notes`: what is accepted and does not act yet, to be said at start. */
  { ok: true; settings: Settings; token: string | null; notes: string[] } | { ok: false; problems: Problem[] };

/** Reads and checks a whole config: every problem at once, in the order of the file. Reads nothing by itself, never throws. */
export function loadSettings(input: LoadInput): Loaded {
  const { env, problems } = withSecretFiles(input);
  if (problems.length > 0) return { ok: false, problems };
  const source = readDocument(input.text, env);
  if (source.value === undefined) return { ok: false, problems: inOrder(source.problems) };
  if (source.value === null) {
    source.problem([], 'the file is empty: expected at least providers and chains, as in recloser.example.yaml');
    return { ok: false, problems: source.problems };
  }
  override(source, { env, flags: input.flags ?? {} });
  let result = configSchema.safeParse(source.value);
  if (!result.success && keepTexts(source, result.error.issues)) result = configSchema.safeParse(source.value);
  if (!result.success) explain(source, result.error.issues);
  const token = env.RECLOSER_TOKEN || null;
  if (/\s/.test(token ?? '')) {
    const message = 'this token has a space or a line end in it, and no request can bear it: take one without';
    source.problems.push({ line: null, column: null, path: 'RECLOSER_TOKEN', message });
  }
  crossCheck(source, { hasToken: token !== null });
  if (source.problems.length > 0 || !result.success) return { ok: false, problems: inOrder(source.problems) };
  const settings = toSettings(result.data, { file: input.file, hostname: input.hostname ?? '' });
  settings.effective = Object.fromEntries(settings.providers.map((each) => [each.name, effectiveOf(source, each)]));
  settings.inForce = inForceOf(source, settings);
  return { ok: true, settings, token, notes: notesOf(result.data) };
}

/** The text of a config file, or the problem with it. */
export function readConfigFile(path: string): { ok: true; text: string } | { ok: false; problems: Problem[] } {
  const failed = (message: string) => ({ ok: false as const, problems: [{ line: null, column: null, path, message }] });
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return failed('this is not a file: give the path of a config file');
    if (stat.size > MAX_FILE_BYTES) return failed(`this has more than ${MAX_FILE_BYTES} bytes: is it the config?`);
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    return failed(fileSentence(error));
  }
}

function fileSentence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file: check the path, or begin with a copy of recloser.example.yaml';
  if (code === 'EACCES') return 'this may not be read: check its permissions';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'this is not text in UTF-8: save it as such';
  return `this could not be read (${String(code ?? error)})`;
}

/** The text of a secret's file without the line end that editors leave; null: it cannot be read, or is no line of text. */
export function readSecretFile(path: string): string | null {
  const read = readConfigFile(path);
  return read.ok && read.text.length <= MAX_SECRET_CHARACTERS ? read.text.replace(/\r?\n$/, '') : null;
}

/** `RECLOSER_TOKEN`, or what lies in the file that `RECLOSER_TOKEN_FILE` names; null: there is neither. */
export function adminTokenOf(env: Environment): string | null {
  return withSecretFiles({ text: '', env, readSecret: readSecretFile }).env.RECLOSER_TOKEN || null;
}

/** By line, those of flags and variables first; bounded. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  if (sorted.length <= MAX_PROBLEMS) return sorted;
  const message = `there are ${sorted.length - MAX_PROBLEMS} more problems: mend these first`;
  return [...sorted.slice(0, MAX_PROBLEMS), { line: null, column: null, path: '', message }];
}
