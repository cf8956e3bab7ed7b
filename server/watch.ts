import type { Storage } from '../db/storage.ts';
import type { Alerter } from './alerts/alerter.ts';
import type { World } from './app.ts';
import type { Board } from './circuits/board.ts';
import type { Asked } from './circuits/recheck.ts';
import type { AboutProgram } from './control/about.ts';
import type { CircuitEvent } from './core/circuit/types.ts';
import { firstCall } from './core/firstCall.ts';
import type { Incident } from './core/incidents/types.ts';
import type { ProbeRecord, RequestRecord } from './core/records.ts';
import type { Settings } from './core/settings.ts';
import type { Gateway } from './gateway/listener.ts';
import { Chronicle } from './journal/chronicle.ts';
import { Keeper } from './journal/keeper.ts';
import { Live } from './journal/live.ts';
import { Meter } from './journal/meter.ts';
import { Overviews } from './journal/overview.ts';
import { rebuildMeter } from './journal/rebuild.ts';
import type { Recorder } from './journal/recorder.ts';
import { IncidentTeller } from './journal/tellIncidents.ts';
import { Metrics } from './observe/metrics.ts';
import { Totals } from './observe/totals.ts';
import { savingsOfIncident } from './operations/savings.ts';

interface WatchOptions {
  /** In force now. */
  settings: () => Settings;
  world: World;
  board: Board;
  storage: Storage;
  /** Number of the last transition before this run. */
  lastSeq: number;
}

/** What looks on: it counts what happens and tells open pages. Nothing that answers callers waits for it. */
export function createWatch({ settings, world, board, storage, lastSeq }: WatchOptions) {
  const { clock, log } = world;
  const { node, chains, providers } = settings();
  const ending = new AbortController();
  const meter = new Meter({ chains, providers, clock });
  const totals = new Totals({ chains, providers });
  const inForce = {
    ...{ meter, circuits: () => board.list(), clock, demo: world.demo ?? null, effective: {} },
    get chains() {
      return settings().chains;
    },
    get providers() {
      return settings().providers;
    },
  };
  const overviews = new Overviews(inForce);
  const live = new Live({
    boot: world.newId(),
    clock,
    snapshot: () => ({ seq: board.lastSeq, circuits: board.list(), storage: storage.status() }),
    overview: () => overviews.get(),
  });
  const savings = (incident: Incident, to: number) => savingsOfIncident(storage, inForce, { incident, to });
  const teller = new IncidentTeller({ storage, savings, now: () => clock.now() });
  const chronicle = new Chronicle({
    ...{ clock, log },
    look: (until) => teller.look(until),
    onWritten: () => live.publish({ type: 'incidents' }),
  });
  const keeper = new Keeper({ storage, retention: settings().retention, clock, log });
  return {
    live,
    overviews,
    totals,
    telling: chronicle.telling,
    startedAt: meter.startedAt,
    /** The config has changed. */
    adopt(config: Settings): void {
      meter.adopt(config);
      totals.adopt(config);
    },
    request(request: RequestRecord): void {
      meter.request(request);
      totals.request(request);
      live.request(request);
    },
    transition(event: CircuitEvent): void {
      meter.transition(event);
      totals.transition(event);
      const entry = board.look(event.provider);
      if (entry) live.publish({ type: 'circuit', event, entry });
      chronicle.transition();
    },
    probe(probe: ProbeRecord): void {
      meter.probe(probe);
      totals.probe(probe);
    },
    /** Begins to read the time before this run from the record, beside everything else. */
    start(): void {
      void rebuildMeter({ meter, storage, clock, log, node, lastSeq, signal: ending.signal });
      chronicle.start();
      keeper.start();
    },
    /** Resolves when nothing reads the record any more. */
    async stop(): Promise<void> {
      ending.abort();
      await Promise.all([chronicle.stop(), keeper.stop()]);
    },
  };
}

interface Measured {
  /** In force now. */
  settings: () => Settings;
  world: World;
  watch: ReturnType<typeof createWatch>;
  board: Board;
  recorder: Recorder;
  storage: Storage;
  gateway: Gateway;
  alerts: Pick<Alerter, 'counted'>;
}

/** What a scrape is told, from what is known anyway. */
export function metricsOf({ settings, world, watch, board, recorder, storage, gateway, alerts }: Measured): Metrics {
  const about = () => {
    const { environment, node } = settings();
    return { version: world.version, environment, node, startedAt: watch.startedAt };
  };
  return new Metrics(() => ({
    about: about(),
    totals: watch.totals,
    circuits: board.list(),
    chains: watch.overviews.get().chains,
    record: recorder.status(),
    storage: storage.status(),
    load: gateway.load(),
    refusals: gateway.refusals,
    alerts: alerts.counted(),
    process: world.usage?.() ?? null,
  }));
}

/** A ping of ours, as a row of the record. */
export function probeOf({ result, ...asked }: Asked, row: { id: string; node: string }): ProbeRecord {
  const { ok, word, status, ms, costNanoUsd } = result;
  return { ...row, ...asked, ok, word, status, durationMs: ms, costNanoUsd };
}

interface AboutParts {
  settings: Settings;
  world: World;
  startedAt: number;
  gatewayUrl: string;
}

/** What pages are told of this program. */
export function aboutOf({ settings, world, startedAt, gatewayUrl }: AboutParts): AboutProgram {
  const { environment, node, chains, clients } = settings;
  return {
    version: world.version,
    environment,
    node,
    now: world.clock.wall(),
    startedAt,
    timeZone: 'UTC',
    gatewayUrl,
    chains: chains.map(({ name }) => name),
    demo: world.demo !== undefined,
    curl: firstCall({ gatewayUrl, chain: chains[0]?.name ?? '', needsKey: clients.length > 0 }),
  };
}
