import type { Server } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { controlConnections } from '../core/openFiles.ts';
import { Seldom } from '../core/seldom.ts';

const noteEveryMs = 10_000;

/** Leaves callers the files they need: connections to the control plane have a bound, over which they are closed at once. */
export function boundConnections(
  server: Server,
  { openFiles, clock, log }: { openFiles: number | null; clock: Clock; log: Log },
): void {
  const bound = controlConnections(openFiles);
  const notes = new Seldom(clock, noteEveryMs);
  const errors = new Seldom(clock, noteEveryMs);
  server.maxConnections = bound;
  server.on('drop', () => {
    if (!notes.isTime()) return;
    log.warn({ bound }, 'The control plane has as many connections as it may: more are closed. Close dashboards.');
  });
  // Without a listener the process would end when the kernel has no more files for a connection.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (!server.listening || !errors.isTime()) return;
    log.error(
      { code: error.code },
      'A connection to the control plane could not be taken: the machine is short of something.',
    );
  });
}
