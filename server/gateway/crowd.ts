import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { filesForCallers } from '../core/openFiles.ts';
import { Seldom } from '../core/seldom.ts';

/** Connections over the bound that are held open at once to be told so; beyond them none is taken. */
export const SHED_CONNECTIONS = 256;
/** One that is over the bound has so long to ask and to hear. */
const SHED_MS = 2_000;
/** A caller's connection, and the provider's beside it. */
const FILES_A_CALLER = 2;
const NOTE_EVERY_MS = 10_000;

/**
 * How many connections callers may have: as the config says, or as many as the process has files for. `openFiles`: how
 * many it may have open; null: not known.
 */
export function connectionBound(connections: number, openFiles: number | null): number {
  if (openFiles === null) return connections;
  const room = Math.floor((filesForCallers(openFiles) - SHED_CONNECTIONS) / FILES_A_CALLER);
  return Math.max(1, Math.min(connections, room));
}

/**
 * Holds the connections of a server against their bound, before files run out: over it a caller is told so, by `isOver`,
 * and not cut off in silence.
 */
export class Crowd {
  /** As many as there may be. */
  readonly bound: number;
  private readonly over = new WeakSet<Socket>();
  private readonly clock: Clock;
  private readonly log: Log;
  private openNow = 0;
  private readonly notes: Seldom;
  private readonly errors: Seldom;

  constructor(server: Server, options: { bound: number; clock: Clock; log: Log }) {
    this.bound = options.bound;
    this.clock = options.clock;
    this.log = options.log;
    this.notes = new Seldom(options.clock, NOTE_EVERY_MS);
    this.errors = new Seldom(options.clock, NOTE_EVERY_MS);
    server.maxConnections = this.bound + SHED_CONNECTIONS;
    server.on('connection', (socket) => this.came(socket));
    server.on('drop', () => this.note());
    // Without a listener the process would end when the kernel has no more files for a connection.
    server.on('error', (error: NodeJS.ErrnoException) => {
      // A port that is taken is told by who wanted to listen.
      if (!server.listening || !this.errors.isTime()) return;
      options.log.error({ code: error.code }, 'A connection could not be taken: the machine is short of something.');
    });
  }

  /** Connections there are. */
  get open(): number {
    return this.openNow;
  }

  /** Whether this connection came when there were as many as there may be. */
  isOver(socket: Socket): boolean {
    return this.over.has(socket);
  }

  private came(socket: Socket): void {
    this.openNow += 1;
    let shed: Timer | null = null;
    if (this.openNow > this.bound) {
      this.over.add(socket);
      shed = this.clock.after(SHED_MS, () => socket.destroy());
      this.note();
    }
    socket.once('close', () => {
      this.openNow -= 1;
      shed?.cancel();
    });
  }

  /** At most once in ten seconds: who is short of room has none for a log either. */
  private note(): void {
    if (!this.notes.isTime()) return;
    const context = { connections: this.openNow, bound: this.bound };
    this.log.warn(context, 'Callers have as many connections as they may (limits.connections): more are refused.');
  }
}
