/** One thing wrong with the config, for a person to mend. `line` and `column` count from 1; null: it is not in the file. */
export interface Problem {
  line: number | null;
  column: number | null;
  /** `providers.deepseek-v3.timeouts.idle`, or the variable or flag that it came by. */
  path: string;
  /** What was expected, what was found, and what to do; never holds a secret. */
  message: string;
}

export type Path = readonly PropertyKey[];

export interface Place {
  line: number;
  column: number;
}

const LEAST_SECRET = 6;
const secretName =
  /^((api|routing)[-_]?keys?|keys?|headers?|tokens?|(previous|client)?[-_]?secrets?|passwords?|authorization)$/i;

/** The config as plain data, with what is needed to speak about it: where each value stands, where it came from, what to keep to oneself. */
export class Source {
  value: unknown = undefined;
  readonly problems: Problem[] = [];
  /** Names of the variables that the file uses; true: one that is not set and has no default. */
  readonly variables = new Map<string, boolean>();
  private readonly places = new Map<string, Place>();
  private readonly secrets = new Set<string>();
  /** Values from variables: their names, and the text before it was read as a number or the like. */
  private readonly filled = new Map<string, { variables: string[]; text: string }>();
  /** Values from outside the file: the flag or variable. */
  private readonly origins = new Map<string, string>();
  private readonly broken = new Set<string>();

  setPlace(path: Path, place: Place): void {
    this.places.set(pathKey(path), place);
  }

  setFilled(path: Path, filled: { variables: string[]; text: string }): void {
    this.filled.set(pathKey(path), filled);
  }

  setOrigin(path: Path, origin: { name: string; text: string }): void {
    this.origins.set(pathKey(path), origin.name);
    this.filled.set(pathKey(path), { variables: [], text: origin.text });
  }

  /** Something was said of this value already: what follows from it is not said again. */
  setBroken(path: Path): void {
    this.broken.add(pathKey(path));
  }

  isBroken(path: Path): boolean {
    return path.some((_, index) => this.broken.has(pathKey(path.slice(0, index + 1))));
  }

  addSecret(text: string): void {
    if (text !== '') this.secrets.add(text);
  }

  problem(path: Path, message: string): void {
    const origin = this.origins.get(pathKey(path));
    const place = origin === undefined ? this.placeOf(path) : null;
    this.problems.push({
      line: place?.line ?? null,
      column: place?.column ?? null,
      path: origin ?? this.shownPath(path),
      message,
    });
  }

  /** The value at a path, or undefined. */
  at(path: Path): unknown {
    let value = this.value;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = Reflect.get(value, step);
    }
    return value;
  }

  /** Sets a value, making the mappings on the way; false: something else than a mapping is in the way. */
  put(path: Path, value: unknown): boolean {
    if (this.value === undefined || this.value === null) this.value = {};
    let holder = this.value;
    for (const step of path.slice(0, -1)) {
      if (typeof holder !== 'object' || holder === null) return false;
      if (!Object.hasOwn(holder, step)) Reflect.set(holder, step, {});
      holder = Reflect.get(holder, step);
    }
    const last = path.at(-1);
    if (last === undefined || typeof holder !== 'object' || holder === null) return false;
    return Reflect.set(holder, last, value);
  }

  /** Takes a value from a variable as the text that it is: an all-digit key is a key. False: it came from no variable. */
  keepAsText(path: Path): boolean {
    const filled = this.filled.get(pathKey(path));
    return filled !== undefined && this.put(path, filled.text);
  }

  /** "the number 5000", `"5 minutes"`, "nothing"; never what is or may be a secret. */
  found(path: Path): string {
    const value = this.at(path);
    const variables = this.filled.get(pathKey(path))?.variables ?? [];
    if (value === undefined || value === null) return 'nothing';
    if (Array.isArray(value)) return 'a list';
    if (typeof value === 'object') return 'a mapping';
    if (variables.length > 0) return `a value from ${variables.join(', ')}, which is not shown`;
    const holdsUser = /\/\/[^/]*@/.test(String(value));
    if (holdsUser || isSecret(path) || this.tells(String(value))) return 'a value that is not shown';
    if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
    return typeof value === 'number' ? `the number ${value}` : String(value);
  }

  /** A word out of the config for use in a message. */
  word(text: string): string {
    return this.tells(text) ? '(not shown)' : text.slice(0, 80);
  }

  shownPath(path: Path): string {
    let shown = '';
    for (const step of path) {
      if (typeof step === 'number') shown += `[${step}]`;
      else shown += `${shown === '' ? '' : '.'}${this.word(String(step))}`;
    }
    return shown;
  }

  /** The line of what stands at a path, or nearest above it; null: it is not in the file. */
  lineOf(path: Path): number | null {
    return this.origins.has(pathKey(path)) ? null : (this.placeOf(path)?.line ?? null);
  }

  /** The flag or variable that said it in place of the file, or null. */
  originAt(path: Path): string | null {
    return this.origins.get(pathKey(path)) ?? null;
  }

  /** Names of the variables that a value was filled with. */
  variablesAt(path: Path): readonly string[] {
    return this.filled.get(pathKey(path))?.variables ?? [];
  }

  private placeOf(path: Path): Place | undefined {
    for (let length = path.length; length >= 0; length--) {
      const place = this.places.get(pathKey(path.slice(0, length)));
      if (place) return place;
    }
    return undefined;
  }

  private tells(text: string): boolean {
    if (this.secrets.has(text)) return true;
    for (const secret of this.secrets) if (secret.length >= LEAST_SECRET && text.includes(secret)) return true;
    return false;
  }
}

/** Whether a value at this path is likely to be a secret, wherever in the file it was put. */
export function isSecret(path: Path): boolean {
  // Whoever knows where alerts go may send there.
  if (path[0] === 'alerts' && path.includes('url')) return true;
  return path.some((step) => typeof step === 'string' && secretName.test(step));
}

/** For people: one problem a line, `recloser.yaml:12:5 providers.a.model: …`. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  return problems
    .map(({ line, column, path, message }) => {
      const where = line === null ? '' : `${file}:${line}:${column ?? 1} `;
      return `${where}${path === '' ? '' : `${path}: `}${message}`;
    })
    .join('\n');
}

function pathKey(path: Path): string {
  return JSON.stringify(path);
}
