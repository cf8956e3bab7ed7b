import type { Board } from '../circuits/board.ts';
import type { RetryBudget } from '../core/budget.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { Guesses } from '../core/guesses.ts';
import type { HedgeBudget } from '../core/hedge.ts';
import type { Log } from '../core/log.ts';
import type { Pace } from '../core/pace.ts';
import type { RequestRecord } from '../core/records.ts';
import type { ChainSettings, ProviderSettings, Settings } from '../core/settings.ts';
import type { RequestTrace, Tracer } from '../core/telemetry/requestTrace.ts';
import type { Clients } from './clients.ts';
import type { Lookup } from './guardedLookup.ts';
import type { InFlight } from './inFlight.ts';
import type { Limits } from './limits.ts';
import type { Refusals } from './refusals.ts';
import type { Suspicion } from './suspicion.ts';
import type { Upstream } from './upstream.ts';

/** What the gateway is given. */
export interface GatewayDeps {
  settings: Settings;
  board: Pick<Board, 'acquire' | 'acquireLast' | 'answered' | 'heard' | 'settle' | 'look' | 'retryAfterMs'>;
  clock: Clock;
  random: Random;
  newId: () => string;
  log: Log;
  /** Called once for each accepted chat request when it is over; must not wait. One that throws breaks nothing. */
  record: (request: RequestRecord, trace: RequestTrace | null) => void;
  /** Gives each request its place in a trace; without it, nothing is traced. */
  tracer?: Tracer | null;
  storageStatus: () => { state: 'ok' | 'degraded'; problem: string | null; since: number };
  state: () => 'starting' | 'serving' | 'draining';
  /** How many files the process may have open; without it that is not known. */
  openFiles?: number | null;
  /** How far the heap may grow, in bytes; without it that is not known. */
  heapBytes?: number | null;
  /** Base address of the simulator that plays the faults of drills; without it there are none. */
  drillUrl?: string | null;
  /** How names of providers are resolved, if not by the system. */
  resolve?: Lookup;
}

/** What its parts share. */
export interface GatewayTools extends GatewayDeps {
  /** Why no request is taken now; null: they are taken. Not ready any more, it takes them on until it is drained. */
  closed: () => 'starting' | 'draining' | null;
  upstream: Upstream;
  limits: Limits;
  clients: Clients;
  /** Wrong keys, by where they come from. */
  guesses: Guesses;
  inFlight: InFlight;
  refusals: Refusals;
  budget: RetryBudget;
  hedges: HedgeBudget;
  pace: Pace;
  suspicion: Suspicion;
  chains: ReadonlyMap<string, ChainSettings>;
  providers: ReadonlyMap<string, ProviderSettings>;
  /** Keys the hashes of bodies; of this process only. */
  bodyKey: string;
  /** Hands a record over, and logs what goes wrong with that. */
  keep: (request: RequestRecord, trace: RequestTrace | null) => void;
}
