import type { Flags } from '../config/overrides.ts';
import type { BreakerSettings } from '../core/circuit/types.ts';
import type { DoctorFacts, ListenerFacts } from '../core/doctor/facts.ts';
import type { LiveReport } from '../core/liveCheck.ts';
import type { ProviderSettings, Settings } from '../core/settings.ts';
import type { ReplayReport } from '../core/trace/replayReport.ts';
import type { Trace } from '../core/trace/trace.ts';

/** What the command line is given of the world; it reads nothing by itself. */
export interface CliWorld {
  /** What came after the program's name. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  stdout: Output;
  stderr: Output;
  /** Whether stdout is a terminal, and how wide. */
  isTTY: boolean;
  columns: number;
  version: string;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. Keeps the process alive meanwhile. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborts when the person wants it to end (Ctrl-C). */
  signal: AbortSignal;
  /** Runs the gateway until it ends; resolves with the exit code. */
  start: (options: StartOptions) => Promise<number>;
  /** Calls providers to see what they can do; absent: it cannot. */
  checkLive?: (providers: readonly ProviderSettings[]) => Promise<LiveReport[]>;
  /** Looks at the machine for `doctor`; absent: it cannot. */
  examine?: Examine;
  /** Copies a database into a new file and gives its bytes; absent: it cannot. */
  backup?: (from: string, to: string) => number;
  /** Plays a trace through a circuit with other settings, called `name`; absent: it cannot. */
  replay?: (trace: Trace, settings: BreakerSettings, name: string) => ReplayReport;
}

/** Looks at what a start with these settings would need. `settings` null: there are none that are good. */
export type Examine = (ask: {
  settings: Settings | null;
  listeners: readonly Pick<ListenerFacts, 'name' | 'host' | 'port'>[];
  askProviders: boolean;
}) => Promise<Omit<DoctorFacts, 'config' | 'secrets' | 'tokenCharacters'>>;

export interface Output {
  write(text: string): unknown;
}

export interface StartOptions {
  /** The config file, or null: none was named. */
  config: string | null;
  /** Simulated providers instead of a config. */
  demo: boolean;
  flags: Flags;
}

/** 0: done; 1: refused; 2: wrong use. */
export type ExitCode = 0 | 1 | 2;

/** A command that did not do what was asked, in a sentence that says what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** A table that goes to a file or a pipe is not cut. */
const pipeColumns = 1_000;
/** Some terminals do not say how wide they are, or say 0. */
const minColumns = 20;
const usualColumns = 80;

/** How wide a table may be. */
export function columnsOf({ isTTY, columns }: CliWorld): number {
  if (!isTTY) return pipeColumns;
  return columns >= minColumns ? columns : usualColumns;
}
