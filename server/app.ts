import { openSqlite } from '../db/sqlite/open.ts';
import type { Storage, StorageStatus } from '../db/storage.ts';
import { createAlerting } from './alerting.ts';
import { Board } from './circuits/board.ts';
import { type Asked, Recheck } from './circuits/recheck.ts';
import { Standby } from './circuits/standby.ts';
import { createControl } from './control/listener.ts';
import type { ProviderBook } from './core/book.ts';
import { byHand, ITSELF } from './core/circuit/types.ts';
import type { Clock, Random } from './core/clock.ts';
import type { Log } from './core/log.ts';
import { sharesOfMemory } from './core/memory.ts';
import type { Overview } from './core/overview.ts';
import type { Ping } from './core/ping.ts';
import type { RequestRecord } from './core/records.ts';
import type { ProviderSettings, Settings } from './core/settings.ts';
import type { RequestTrace } from './core/telemetry/requestTrace.ts';
import type { ProcessBounds, ProcessUsage } from './core/usage.ts';
import { type DrillGround, openDrillGround } from './drills.ts';
import { createGateway } from './gateway/listener.ts';
import { Recorder } from './journal/recorder.ts';
import { listen } from './listen.ts';
import { openTracing, type Tracing } from './observe/tracing.ts';
import { reloadConfig } from './operations/config.ts';
import { type ConfigFile, Reload } from './reload.ts';
import { SpentBefore } from './spent.ts';
import { endInOrder, WRITE_GRACE_MS } from './stop.ts';
import { aboutOf, createWatch, metricsOf, probeOf } from './watch.ts';

/** What the program is given of the world. */
export interface World extends ProcessBounds {
  clock: Clock;
  random: Random;
  newId: () => string;
  log: Log;
  /** `RECLOSER_TOKEN`, or null. */
  token: string | null;
  /** Folder of the built dashboard, or null. */
  webRoot: string | null;
  version: string;
  /** What the process has used of the machine; absent: not known. */
  usage?: () => ProcessUsage;
  /** What is simulated and when the next outage comes; without it, nothing is. */
  demo?: (() => NonNullable<Overview['demo']>) | undefined;
  /** The file that the settings came from; absent: there is none to read again. */
  configFile?: ConfigFile | undefined;
}

export interface App {
  /** Addresses as they are listened to: `http://127.0.0.1:4400`. */
  gatewayUrl: string;
  controlUrl: string;
  /** A link that signs one person in, once. */
  signInLink(): string;
  /** Without that link nobody could sign in as an admin. */
  needsLink(): boolean;
  /** Reads the config file again, because of `reason`; with anything wrong in it the settings stay as they are. */
  reload(reason: string): void;
  /** Is not ready for `shutdown.delay`, lets requests in flight end within `graceMs` (`shutdown.grace`), writes the record, and frees both ports. */
  stop(graceMs?: number): Promise<void>;
}

/** Is told of each change of how the record is doing. */
type StatusListeners = Set<(status: StorageStatus) => void>;

/**
 * Puts the floors together and listens. Rejects with `StartError` when a port is taken, or with `StorageError` when the
 * database cannot be used; nothing is left running then.
 */
export async function startApp(settings: Settings, world: World): Promise<App> {
  const { clock, log } = world;
  const listeners: StatusListeners = new Set();
  const onStatus = (status: StorageStatus): void => {
    for (const tell of listeners) tell(status);
  };
  const storage = await openSqlite({ path: settings.database, clock, log, onStatus });
  let drills: DrillGround | null = null;
  try {
    const { telemetry } = settings;
    const tracing = telemetry && (await openTracing(telemetry, { ...world, ...settings }));
    drills = settings.drills ? await openDrillGround(world) : null;
    return await putTogether(settings, world, { storage, listeners, drills, tracing });
  } catch (error) {
    await drills?.close();
    await storage.close(WRITE_GRACE_MS);
    throw error;
  }
}

type Restored = Awaited<ReturnType<Storage['restore']>>;

interface Kept {
  storage: Storage;
  listeners: StatusListeners;
  drills: DrillGround | null;
  /** Null: off. */
  tracing: Tracing | null;
}

async function putTogether(settings: Settings, world: World, kept: Kept): Promise<App> {
  const life: Life = { state: 'starting', gatewayUrl: '', controlUrl: '' };
  const { gateway, control, recheck, standby, watch, recorder, config, alerting, settingsNow } = await makeParts(
    settings,
    world,
    {
      ...kept,
      life,
    },
  );
  life.gatewayUrl = await listen(gateway.server, settings.gateway, 'gateway');
  try {
    life.controlUrl = await listen(control.server, settings.control, 'control');
  } catch (error) {
    await gateway.server.close();
    throw error;
  }
  recheck.start();
  standby.start();
  watch.start();
  alerting.alerter.start();
  life.state = 'serving';
  return {
    gatewayUrl: life.gatewayUrl,
    controlUrl: life.controlUrl,
    needsLink: control.needsLink,
    reload: (reason) => {
      const { log, clock, newId } = world;
      if (world.configFile)
        reloadConfig({ log, clock, newId, journal: recorder }, config, { who: ITSELF, from: null, reason });
    },
    signInLink: () => life.controlUrl + control.signInLink(),
    stop(graceMs = settingsNow().shutdownGraceMs) {
      life.state = 'draining';
      const askers = async () => {
        standby.stop();
        recheck.stop();
      };
      const lookers = [askers, () => watch.stop(), () => alerting.stop()];
      const ending = { ...kept, clock: world.clock, lookers, gateway, control: control.server, recorder };
      return endInOrder(ending, { delayMs: settingsNow().shutdownDelayMs, graceMs });
    },
  };
}

/** What changes while it runs. */
interface Life {
  state: 'starting' | 'serving' | 'draining';
  gatewayUrl: string;
  controlUrl: string;
}

const spentUnread = 'What clients have spent today could not be read: it is asked again at the next reload.';

async function makeParts(
  settings: Settings,
  world: World,
  { storage, listeners, drills, tracing, life }: Kept & { life: Life },
) {
  const { clock, random, log, newId, openFiles = null, heapBytes = null } = world;
  const { node } = settings;
  /** What is in force. */
  let now = settings;
  const restored = await storage.restore(node);
  const sessions = await storage.listSessions(clock.wall());
  const access = await storage.listAccess();
  const spentBefore = new SpentBefore(storage, clock.wall());
  const board = openBoard(settings, world, restored);
  const recorder = new Recorder({ storage, clock, log, mostInMemory: sharesOfMemory(heapBytes).records });
  const watch = createWatch({ settings: () => now, world, board, storage, lastSeq: restored.lastSeq });
  const state = (): Life['state'] => life.state;
  listeners.add((status) => watch.live.publish({ type: 'storage', status }));
  board.onTransition((event, stored) => {
    // An act by hand is written by its operation, together with its audit row.
    if (!byHand(event)) recorder.transition(event, stored);
    watch.transition(event);
  });
  board.letGo();
  const record = (request: RequestRecord, trace: RequestTrace | null): void => {
    recorder.request(request);
    if (trace) tracing?.request(request, trace, now.providers);
    watch.request(request);
    for (const { outcome, provider, drill } of request.attempts) {
      if (outcome !== 'skipped' && drill === null) standby.heard(provider);
    }
  };
  const storageStatus = (): StorageStatus => storage.status();
  const gateway = createGateway({
    ...{ settings, board, clock, random, newId, log },
    ...{ record, storageStatus, state, tracer: tracing, drillUrl: drills?.url ?? null, openFiles, heapBytes },
  });
  gateway.countSpent(await spentBefore.ask(settings));
  const inForce = bookOf(() => now);
  const { recheck, standby } = makeAskers(inForce, world, { node, board, ping: gateway.ping, recorder, watch });
  const about = () => aboutOf({ settings: now, world, startedAt: watch.startedAt, gatewayUrl: life.gatewayUrl });
  const { live, overviews, telling } = watch;
  const alerting = createAlerting({
    ...{ settings: () => now, world, storage, board, overview: () => overviews.get(), telling },
    controlUrl: () => life.controlUrl,
  });
  const metrics = metricsOf({
    ...{ settings: () => now, world, watch, board, recorder, storage, gateway, alerts: alerting.alerter },
  });
  const adopt = (changed: Settings, token: string | null): void => {
    now = changed;
    board.adopt(changed);
    gateway.adopt(changed, () => board.letGo());
    watch.adopt(changed);
    recheck.adopt();
    standby.adopt();
    control.takeToken(token);
    spentBefore.ask(changed).then(gateway.countSpent, (error: unknown) => log.error({ error }, spentUnread));
  };
  const config = new Reload({ file: world.configFile ?? null, clock, settings, token: world.token, adopt });
  const control = createControl({
    ...{ ...world, settings: inForce, board, recheck, storage, recorder, config, alerts: alerting.alerter },
    ...{ live, overviews, telling, about, sessions, access, state, book: inForce },
    metrics: () => metrics.read(),
  });
  return { gateway, control, recheck, standby, watch, recorder, config, alerting, settingsNow: () => now };
}

function openBoard({ node, providers, chains }: Settings, { clock, random, log }: World, restored: Restored): Board {
  return new Board({
    ...{ node, providers, chains, clock, random, restored },
    onListenerError: (error) => log.error({ error }, 'A listener to transitions failed; circuits go on.'),
    onStale: ({ provider, epoch }, { result }) =>
      log.info({ provider, epoch, result }, 'A result from an earlier epoch of its circuit changes nothing.'),
  });
}

interface AskerParts {
  node: string;
  board: Board;
  ping: Ping;
  recorder: Recorder;
  watch: ReturnType<typeof createWatch>;
}

/** What asks providers by itself: whether one is back, and whether one would stand in. */
function makeAskers(inForce: ProviderBook, { clock, random, newId }: World, parts: AskerParts) {
  const { node, board, ping, recorder, watch } = parts;
  const providers = (): ProviderSettings[] => [...inForce.providers];
  const onAnswer = (asked: Asked): void => {
    const probe = probeOf(asked, { id: newId(), node });
    recorder.probe(probe);
    watch.probe(probe);
    standby.heard(asked.provider);
  };
  const recheck = new Recheck({
    ...{ board, clock, ping, onAnswer },
    get providers() {
      return providers();
    },
  });
  const ask = (provider: string) => recheck.probeNow(provider, ITSELF, 'standby');
  const standby = new Standby({
    ...{ board, clock, random, ask },
    get providers() {
      return providers();
    },
  });
  return { recheck, standby };
}

/** What the config says now, for those who ask anew each time. */
function bookOf(now: () => Settings): ProviderBook & Pick<Settings, 'control' | 'database' | 'retention' | 'signIn'> {
  return {
    get providers() {
      return now().providers;
    },
    get chains() {
      return now().chains;
    },
    get effective() {
      return now().effective ?? {};
    },
    get control() {
      return now().control;
    },
    get database() {
      return now().database;
    },
    get retention() {
      return now().retention;
    },
    get signIn() {
      return now().signIn;
    },
  };
}
