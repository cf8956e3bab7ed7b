/** One key of the config that has another value than before; null: it was not there, or is no more. Secrets are hidden. */
export interface ConfigChange {
  key: string;
  before: string | null;
  after: string | null;
}

/** Something wrong with a config file. Line and column count from 1; null: no place in the file. */
export interface ConfigProblem {
  line: number | null;
  column: number | null;
  path: string;
  message: string;
}

/** The config in force, and what came of the last time that it was read again. Times are ms since 1970. */
export interface ConfigState {
  /** Path of the file; null: there is none to read again. */
  file: string | null;
  /** When what is in force was read. */
  loadedAt: number;
  /** Why the file was refused when it was last read; none: it is in force. */
  problems: ConfigProblem[];
  /** When it was refused, or null. */
  refusedAt: number | null;
  /** Keys that the file says otherwise, and that take a restart. */
  needRestart: string[];
}

/** What came of reading it again. */
export type ConfigReload =
  | { ok: true; changes: ConfigChange[]; needRestart: string[]; notes: string[] }
  | { ok: false; problems: ConfigProblem[] };
