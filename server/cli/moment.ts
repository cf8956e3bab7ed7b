import type { Command } from 'commander';
import { readDuration } from '../core/duration.ts';
import type { Client } from './client.ts';
import { CliError } from './world.ts';

export const timeHint = 'a time as in 2026-03-05T14:02:00Z, or how long ago, as in 30m';

/** Ms since 1970 of a time (UTC where it names no zone), or of so long before `now`. Throws `CliError`. */
export function moment(text: string, now: number, option: string): number {
  const agoMs = readDuration(text);
  if (agoMs !== null) return Math.round(now - agoMs);
  const isTime = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const at = isTime ? Date.parse(hasZone || text.length === 10 ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new CliError(2, `${option} "${text}" is no time: give ${timeHint}.`);
  return at;
}

export interface Times {
  from?: string;
  to?: string;
}

export function withTimes(command: Command): Command {
  return command
    .option('--from <time>', `from then on: ${timeHint}`)
    .option('--to <time>', 'up to then, likewise; left out: until now');
}

/** Both as ms since 1970; how long ago counts by the clock of the program that is asked. */
export async function timesOf(client: Client, { from, to }: Times): Promise<{ from?: number; to?: number }> {
  if (from === undefined && to === undefined) return {};
  const { now } = await client.about.get.query();
  return {
    ...(from === undefined ? {} : { from: moment(from, now, '--from') }),
    ...(to === undefined ? {} : { to: moment(to, now, '--to') }),
  };
}
