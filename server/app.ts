import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { openSqlite } from '../db/sqlite/open.ts';
import type { Storage } from '../db/storage.ts';
import { Board } from './circuits/board.ts';
import { Recheck } from './circuits/recheck.ts';
import { createControl } from './control/listener.ts';
import { byHand, type CircuitEvent } from './core/circuit/types.ts';
import type { Clock, Random } from './core/clock.ts';
import type { Log } from './core/log.ts';
import type { ListenerSettings, Settings } from './core/settings.ts';
import { createGateway } from './gateway/listener.ts';
import { Live } from './journal/live.ts';
import { Recorder } from './journal/recorder.ts';

/** What the program is given of the world. */
export interface World {
  clock: Clock;
  random: Random;
  newId: () => string;
  log: Log;
  /** `RECLOSER_TOKEN`, or null. */
  token: string | null;
  /** Folder of the built dashboard, or null. */
  webRoot: string | null;
  version: string;
}

export interface App {
  /** Addresses as they are listened to: `http://127.0.0.1:4400`. */
  gatewayUrl: string;
  controlUrl: string;
  /** A link that signs one person in, once. */
  signInLink(): string;
  /** Lets requests in flight end within `graceMs`, writes the record, and frees both ports. */
  stop(graceMs: number): Promise<void>;
}

/** A start that was refused, in a sentence that says what to do. */
export class StartError extends Error {}

/** How long the record may take to be written once the last request has ended. */
const WRITE_GRACE_MS = 5_000;

/**
 * Puts the floors together and listens. Rejects with `StartError` when a port is taken, or with `StorageError` when the
 * database cannot be used; nothing is left running then.
 */
export async function startApp(settings: Settings, world: World): Promise<App> {
  const storage = await openSqlite({ path: settings.database, clock: world.clock, log: world.log });
  try {
    return await putTogether(settings, world, storage);
  } catch (error) {
    await storage.close(WRITE_GRACE_MS);
    throw error;
  }
}

async function putTogether(settings: Settings, world: World, storage: Storage): Promise<App> {
  const { clock, random, log, newId } = world;
  const { node, providers, chains } = settings;
  let state: 'starting' | 'serving' | 'draining' = 'starting';
  const board = new Board({
    node,
    providers,
    chains,
    clock,
    random,
    restored: await storage.restore(node),
    onListenerError: (error) => log.error({ error }, 'A listener to transitions failed; circuits go on.'),
  });
  const recorder = new Recorder({ storage, clock, log });
  const live = new Live({
    boot: newId(),
    clock,
    snapshot: () => ({ seq: board.lastSeq, circuits: board.list(), storage: storage.status() }),
  });
  board.onTransition((event, stored) => {
    // An act by hand is written by its operation, together with its audit row.
    if (!byHand(event)) recorder.transition(event, stored);
    tell(live, board, event);
  });
  const gateway = createGateway({
    settings,
    board,
    clock,
    random,
    newId,
    log,
    record: (request) => {
      recorder.request(request);
      live.request(request);
    },
    storageStatus: () => storage.status(),
    state: () => state,
  });
  const recheck = new Recheck({ board, providers, clock, ping: gateway.ping });
  const control = createControl({ ...world, settings, board, recheck, storage, recorder, live, state: () => state });

  const gatewayUrl = await listen(gateway.server, settings.gateway, 'gateway');
  let controlUrl: string;
  try {
    controlUrl = await listen(control.server, settings.control, 'control');
  } catch (error) {
    await gateway.server.close();
    throw error;
  }
  recheck.start();
  state = 'serving';
  return {
    gatewayUrl,
    controlUrl,
    signInLink: () => controlUrl + control.signInLink(),
    async stop(graceMs) {
      state = 'draining';
      recheck.stop();
      await gateway.drain(graceMs);
      await control.server.close();
      await recorder.close(WRITE_GRACE_MS);
      await storage.close(WRITE_GRACE_MS);
    },
  };
}

function tell(live: Live, board: Board, event: CircuitEvent): void {
  const entry = board.look(event.provider);
  if (entry) live.publish({ type: 'circuit', event, entry });
}

/** Listens, and says in a sentence what to do when that is not to be had. */
async function listen(server: FastifyInstance, settings: ListenerSettings, name: string): Promise<string> {
  const { host, port } = settings;
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw new StartError(refusal(error, settings, name), { cause: error });
  }
  const address = server.server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}

function refusal(error: unknown, { host, port }: ListenerSettings, name: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is in use, so the ${name} listener cannot start. End what holds it, or choose another port: "${name}.port" in the config, or RECLOSER_${name.toUpperCase()}_PORT.`;
  }
  if (code === 'EACCES')
    return `Port ${port} needs more rights than this process has: choose "${name}.port" above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `This machine has no address "${host}": correct "${name}.host" in the config.`;
  }
  return `The ${name} listener cannot start on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}
