import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { breakerWith } from '../config/breakerWith.ts';
import { readTrace } from '../core/trace/readTrace.ts';
import { MOST_CHARACTERS, type Trace } from '../core/trace/trace.ts';
import { replayLines } from './replayLines.ts';
import { CliError, type CliWorld, columnsOf } from './world.ts';

interface ReplayOptions {
  with: string[];
  json?: boolean;
}

/** `replay FILE --with failures=3`: what a recorded outage would have been with other settings. Asks no server. */
export function addReplay(program: Command, world: CliWorld): void {
  program
    .command('replay')
    .description('what a recorded outage would have been with other settings')
    .argument('<file>', 'a trace, as export-outage writes it')
    .option('--with <key=value>', 'another breaker setting, as in failures=3; may be given again', also, [])
    .option('--json', 'print data')
    .action((file: string, options: ReplayOptions) => {
      if (!world.replay) throw new CliError(1, 'This program cannot replay.');
      const trace = readFile(file);
      const changed = breakerWith(trace.settings, options.with);
      if (!changed.ok) throw new CliError(2, changed.problems.map((problem) => `--with ${problem}`).join('\n'));
      const report = world.replay(trace, changed.settings, options.with.join(' ') || 'the settings recorded, again');
      const text = options.json ? JSON.stringify(report) : replayLines(report, columnsOf(world)).join('\n');
      world.stdout.write(`${text}\n`);
    });
}

function also(value: string, before: string[]): string[] {
  return [...before, value];
}

function readFile(file: string): Trace {
  const read = readTrace(textOf(file));
  if (read.ok) return read.trace;
  throw new CliError(2, read.problems.map((problem) => `${file} ${problem}`).join('\n'));
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > 4 * MOST_CHARACTERS) throw new CliError(2, `${file} has ${size} bytes: is it a trace of export-outage?`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new CliError(2, `${file}: ${why}. Traces are written by export-outage.`);
  }
}
