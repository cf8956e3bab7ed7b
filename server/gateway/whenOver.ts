import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Node tells that a connection is gone only to the response whose turn it is. Those of later requests on it (pipelining)
 * wait here, on one listener a connection however many they are.
 */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Calls `tell` once, when a response has been taken or nobody is there to take it: also while it waits for its turn. */
export function whenOver(response: ServerResponse, tell: () => void): void {
  if (response.socket !== null) {
    response.once('close', tell);
    return;
  }
  const { socket } = response.req;
  const queued = waiting.get(socket) ?? queueOf(socket);
  const once = () => {
    if (queued.delete(once)) tell();
  };
  queued.add(once);
  response.once('close', once);
  // It may have gone before we were asked.
  if (socket.destroyed) once();
}

function queueOf(socket: Socket): Set<() => void> {
  const queued = new Set<() => void>();
  waiting.set(socket, queued);
  socket.once('close', () => {
    for (const tell of [...queued]) tell();
  });
  return queued;
}
