import { ITSELF } from '../core/circuit/types.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { type Ping, type PingResult, wasCut } from '../core/ping.ts';
import type { ProbeRecord } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Board } from './board.ts';

/** Between two pings of a half-open circuit that neither closed nor opened it. */
const PING_AGAIN_MS = 1_000;

export interface RecheckDeps {
  board: Board;
  providers: ProviderSettings[];
  clock: Clock;
  /** Handed in by `app.ts`: circuits do not know how a provider is called. */
  ping: Ping;
  /** Told what came of each ping that was not cut by our own stop. */
  onAnswer?: ((asked: Asked) => void) | undefined;
}

/** One ping and its answer. `at`: when it was sent, ms since 1970. */
export interface Asked extends Pick<ProbeRecord, 'provider' | 'kind' | 'by' | 'at'> {
  result: PingResult;
}

/**
 * Asks providers whether they are back without a caller's request: by `recheck` while open, by `probe: ping` when
 * half-open, and by hand. One ping at a time and provider.
 */
export class Recheck {
  private readonly deps: RecheckDeps;
  private readonly timers = new Map<string, Timer>();
  private readonly asking = new Set<string>();
  private stopListening: (() => void) | null = null;

  constructor(deps: RecheckDeps) {
    this.deps = deps;
  }

  start(): void {
    for (const { name } of this.deps.providers) this.arm(name);
    this.stopListening = this.deps.board.onTransition((event) => this.arm(event.provider));
  }

  /** The config has changed: each timer is set anew by it. */
  adopt(): void {
    if (!this.stopListening) return;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    for (const { name } of this.deps.providers) this.arm(name);
  }

  stop(): void {
    this.stopListening?.();
    this.stopListening = null;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  /**
   * Asks a provider now. A good answer closes an open or half-open circuit in the name of `by`; a bad one counts as a
   * probe when half-open, and otherwise moves nothing. A trip stays, whatever is answered.
   */
  async probeNow(provider: string, by: string, kind: ProbeRecord['kind'] = 'hand'): Promise<PingResult> {
    const { board, ping, providers, clock } = this.deps;
    const at = Math.round(clock.wall());
    const leaseMs = providers.find(({ name }) => name === provider)?.timeouts.firstTokenMs ?? 0;
    const permit = board.acquirePing(provider, { leaseMs, onEvacuate: () => {} });
    const result = await ping(provider);
    if (!wasCut(result)) this.deps.onAnswer?.({ provider, kind, by, at, result });
    if (permit.kind === 'probe') {
      board.settle(permit, result.settlement);
    } else {
      board.settle(permit, { result: 'neutral' });
      if (result.ok) board.recovered(provider, permit.epoch, by);
    }
    return result;
  }

  /** Sets the timer that the circuit's present state asks for, and only that. */
  private arm(provider: string, asked: 'before' | 'just now' = 'before'): void {
    this.timers.get(provider)?.cancel();
    this.timers.delete(provider);
    const waitMs = this.waitMs(provider, asked);
    if (waitMs === null) return;
    const ask = (): void => void this.ask(provider);
    this.timers.set(provider, this.deps.clock.after(waitMs, ask));
  }

  private async ask(provider: string): Promise<void> {
    if (this.asking.has(provider)) return;
    this.asking.add(provider);
    try {
      await this.probeNow(provider, ITSELF, 'recheck');
    } finally {
      this.asking.delete(provider);
      if (this.stopListening) this.arm(provider, 'just now');
    }
  }

  private waitMs(provider: string, asked: 'before' | 'just now'): number | null {
    const entry = this.deps.board.look(provider);
    const settings = this.deps.providers.find(({ name }) => name === provider)?.breaker;
    if (!entry || !settings || entry.override !== 'none' || this.asking.has(provider)) return null;
    if (entry.automatic === 'halfOpen' && settings.probe === 'ping')
      return entry.probe.failed === 0 && asked === 'before' ? 0 : PING_AGAIN_MS;
    // A throttle named its time: it is not asked sooner.
    const mayAsk = entry.automatic === 'open' && entry.cause !== 'throttled';
    return mayAsk ? settings.recheckMs : null;
  }
}
