import { type DestinationStream, pino, stdSerializers } from 'pino';
import type { Log } from '../core/log.ts';

/** Names under which something secret could stand in what is logged. */
const SECRETS = ['apiKey', 'authorization', 'cookie', 'key', 'token'].flatMap((name) => [name, `*.${name}`]);

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines on standard error: standard output belongs to what a person asked for. */
export function createLog(level: LogLevel, to: DestinationStream = standardError()): Log {
  return pino({ level, redact: SECRETS, base: null, serializers: { error: stdSerializers.err } }, to);
}

function standardError(): DestinationStream {
  return pino.destination({ dest: 2, sync: false });
}
