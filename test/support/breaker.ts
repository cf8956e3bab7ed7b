import { type AcquireOptions, Board, type Permit } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type {
  Act,
  ActResult,
  BreakerSettings,
  CircuitEntry,
  CircuitEvent,
  StoredCircuit,
} from '../../server/core/circuit/types.ts';
import type { ProviderSettings } from '../../server/core/settings.ts';
import { FakeClock } from './fakeClock.ts';

/** The defaults of the contract, without the ramp, which most tests do not ask about. */
export const defaults: BreakerSettings = {
  failures: 5,
  timeouts: 3,
  rate: 0.5,
  calls: 10,
  windowMs: 60_000,
  openMs: 300_000,
  openMaxMs: 300_000,
  jitter: 0,
  probes: 1,
  successes: 1,
  probe: 'caller',
  recheckMs: null,
  rampMs: 0,
  suspect: 5,
};

export const FIRST_TOKEN_MS = 10_000;

export function providerNamed(name: string, breaker: BreakerSettings, concurrency = 256): ProviderSettings {
  return {
    name,
    baseUrl: 'http://127.0.0.1:9/v1',
    dialect: 'openai',
    apiKey: null,
    model: name,
    price: null,
    timeouts: {
      connectMs: 3_000,
      firstTokenMs: FIRST_TOKEN_MS,
      perThousandTokensMs: 0,
      idleMs: 20_000,
      totalMs: 600_000,
      answerMs: 60_000,
    },
    retries: 0,
    concurrency,
    assemble: true,
    accepts: { images: false, tools: true, jsonSchema: true, contextTokens: null },
    systemPrompt: null,
    headers: {},
    drop: [],
    rename: {},
    set: {},
    prefill: null,
    standbyMs: null,
    breaker,
  };
}

export const success: Settlement = { result: 'success' };
export const neutral: Settlement = { result: 'neutral' };
export const failure: Settlement = { result: 'failure', timeout: false, ambiguous: null, attempt: 'r/0' };
export const timeout: Settlement = { result: 'failure', timeout: true, ambiguous: null, attempt: 'r/0' };
export const poisoned = (body: string): Settlement => ({ ...failure, ambiguous: body }) as Settlement;
export const throttled = (retryAfterMs: number | null): Settlement => ({
  result: 'throttled',
  retryAfterMs,
  attempt: 'r/0',
});
export const refused = (cause: 'credentials' | 'balance' | 'model'): Settlement => ({
  result: 'refused',
  cause,
  attempt: 'r/0',
});

export interface RigOptions extends Partial<BreakerSettings> {
  names?: string[];
  concurrency?: number;
  draw?: number;
}

/** A board with a clock moved by hand, and short words for what happens to its first provider, `a`. */
export class Rig {
  clock = new FakeClock();
  readonly events: CircuitEvent[] = [];
  readonly errors: unknown[] = [];
  /** Results from earlier epochs, as they were told. */
  readonly stale: string[] = [];
  /** The last stored row of each circuit, as the record would have it. */
  readonly stored = new Map<string, StoredCircuit>();
  board: Board;
  /** Permits told to move on. */
  evacuated = 0;
  private readonly options: RigOptions;

  constructor(options: RigOptions = {}) {
    this.options = options;
    this.board = this.start(this.clock);
  }

  /** A permit, or an error that says why there is none. */
  admit(provider = 'a'): Permit {
    const { permit, refusal } = this.ask(provider);
    if (!permit) throw new Error(`refused: ${refusal.reason}`);
    return permit;
  }

  ask(provider = 'a'): ReturnType<Board['acquire']> {
    return this.board.acquire(provider, this.acquireOptions());
  }

  /** The reason of a refusal, or the kind of the permit, which is settled as if its caller had left. */
  would(provider = 'a'): string {
    const { permit, refusal } = this.ask(provider);
    if (!permit) return refusal.reason;
    this.board.settle(permit, neutral);
    return permit.kind;
  }

  force(providers = ['a']): Permit | null {
    return this.board.acquireLast(providers, this.acquireOptions())?.permit ?? null;
  }

  /** Calls one after the other, each admitted and settled so. */
  calls(count: number, settlement: Settlement, provider = 'a'): void {
    for (let call = 0; call < count; call += 1) this.board.settle(this.admit(provider), settlement);
  }

  /** Opens it as an outage does. */
  open(provider = 'a'): void {
    this.calls(this.options.failures ?? defaults.failures, failure, provider);
  }

  /** Opens it and lets its time go by. */
  halfOpen(): void {
    this.open();
    this.clock.advance(this.options.openMs ?? defaults.openMs);
  }

  look(provider = 'a'): CircuitEntry {
    const entry = this.board.look(provider);
    if (!entry) throw new Error(`no circuit ${provider}`);
    return entry;
  }

  state(provider = 'a'): string {
    return this.look(provider).state;
  }

  trip(forMs: number | null = null): ActResult {
    return this.act({ type: 'trip', forMs });
  }

  hold(forMs = 60_000): ActResult {
    return this.act({ type: 'hold', forMs });
  }

  reset(to: 'closed' | 'halfOpen' = 'closed'): ActResult {
    return this.act({ type: 'reset', to });
  }

  release(): ActResult {
    return this.act({ type: 'release' });
  }

  /** A new process from what was stored, `downMs` later. */
  restart(downMs = 0): void {
    this.clock = new FakeClock(this.clock.wall() + downMs);
    this.board = this.start(this.clock);
  }

  private act(
    act:
      | { type: 'trip'; forMs: number | null }
      | { type: 'hold'; forMs: number }
      | { type: 'reset'; to: 'closed' | 'halfOpen' }
      | { type: 'release' },
  ): ActResult {
    const whole: Act = { ...act, provider: 'a', by: 'ana', reason: 'because' };
    return this.board.act(whole);
  }

  private acquireOptions(): AcquireOptions {
    const onEvacuate = (): void => {
      this.evacuated += 1;
    };
    return { leaseMs: FIRST_TOKEN_MS, onEvacuate };
  }

  private start(clock: FakeClock): Board {
    const { names = ['a', 'b', 'c'], concurrency, draw = 0, ...breaker } = this.options;
    const board = new Board({
      node: 'n',
      providers: names.map((name) => providerNamed(name, { ...defaults, ...breaker }, concurrency)),
      chains: [],
      clock,
      random: () => draw,
      restored: { circuits: [...this.stored.values()], lastSeq: this.events.at(-1)?.seq ?? 0 },
      onListenerError: (error) => void this.errors.push(error),
      onStale: (_permit, { result }) => void this.stale.push(result),
    });
    board.onTransition((event, stored) => {
      this.events.push(event);
      this.stored.set(stored.provider, stored);
    });
    return board;
  }
}
