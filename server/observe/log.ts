import { type DestinationStream, pino, stdSerializers } from 'pino';
import type { Log } from '../core/log.ts';

/** Names under which something secret could stand in what is logged. */
const SECRETS = ['apiKey', 'authorization', 'cookie', 'key', 'token'].flatMap((name) => [name, `*.${name}`]);

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What waits to be written where nobody reads it, or the disk is full; beyond it lines are left out. */
const WAITING_BYTES = 1_000_000;

/** JSON lines on standard error: standard output belongs to what a person asked for. */
export function createLog(level: LogLevel, to: DestinationStream = standardError()): Log {
  return pino({ level, redact: SECRETS, base: null, serializers: { error: stdSerializers.err } }, to);
}

/** Where it cannot be written the program goes on all the same: what waits is written with the next line that can be. */
function standardError(): DestinationStream {
  const stream = pino.destination({ dest: 2, sync: false, maxLength: WAITING_BYTES });
  stream.on('error', () => {});
  return stream;
}
