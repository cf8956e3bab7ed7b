import type { Server } from 'node:net';

/** Listens on a free loopback port, tells it to the process that started this one, and ends when that is gone. */
export function serve(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
  });
  process.once('disconnect', () => process.exit(0));
  // By itself it writes its profile, where one was asked for.
  process.once('SIGTERM', () => process.exit(0));
}
