import type { Batch } from '../../db/storage.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { AttemptRecord, ProbeRecord } from '../../server/core/records.ts';

/** The circuit of the one made-up provider that has outages: five failures open it, four minutes later it is tried again. */

const opensAfter = 5;
const openMs = 240_000;
const standbyMs = 600_000;

export interface Turn {
  /** What the circuit says to an attempt that would begin now. */
  permit: 'closed' | 'probe' | null;
  /** Open until then; with a permit it means nothing. */
  until: number;
}

export class MadeUpCircuit {
  private readonly provider: string;
  private events: CircuitEvent[] = [];
  private seq = 0;
  private failures: string[] = [];
  /** Null: closed. */
  private openUntil: number | null = null;

  constructor(provider: string) {
    this.provider = provider;
  }

  turn(at: number): Turn {
    if (this.openUntil === null) return { permit: 'closed', until: 0 };
    if (at < this.openUntil) return { permit: null, until: this.openUntil };
    this.move({ from: 'open', to: 'halfOpen', cause: 'cooldown', at: this.openUntil });
    return { permit: 'probe', until: 0 };
  }

  /** `id`: `<request id>/<ordinal>`. */
  settle({ permit }: Turn, { outcome, startedAt, durationMs }: AttemptRecord, id: string): void {
    const at = startedAt + Math.ceil(durationMs);
    if (outcome === 'succeeded') {
      this.failures = [];
      if (permit === 'probe') this.move({ from: 'halfOpen', to: 'closed', cause: 'probe', at });
      return;
    }
    this.failures.push(id);
    if (permit === 'probe') this.move({ from: 'halfOpen', to: 'open', cause: 'probe', at });
    else if (this.failures.length >= opensAfter) this.move({ from: 'closed', to: 'open', cause: 'failures', at });
  }

  /** What it has done since it was asked last, as a batch takes it. */
  take(): Batch['events'] {
    const events = this.events;
    this.events = [];
    return events.map((event) => ({ event, stored: storedOf(event) }));
  }

  private move(event: Pick<CircuitEvent, 'from' | 'to' | 'cause' | 'at'>): void {
    const { to, at, cause } = event;
    this.openUntil = to === 'open' ? at + openMs : to === 'closed' ? null : this.openUntil;
    this.seq += 1;
    this.events.push({
      ...event,
      ...{ node: 'a', seq: this.seq, epoch: this.seq, provider: this.provider, by: 'itself', reason: null },
      automatic: to === 'open' || to === 'halfOpen' ? to : 'closed',
      evidence: cause === 'cooldown' ? [] : this.failures.slice(-opensAfter),
      until: to === 'open' ? this.openUntil : null,
    });
    if (to !== 'halfOpen') this.failures = [];
  }
}

function storedOf({
  provider,
  automatic,
  epoch,
  at,
  until,
  evidence,
}: CircuitEvent): Batch['events'][number]['stored'] {
  return {
    ...{ provider, automatic, epoch, evidence, override: 'none', since: at, automaticSince: at, openUntil: until },
    ...{ cause: automatic === 'closed' ? null : 'failures', overrideUntil: null, by: 'itself', reason: null },
    ...{ probesFailed: 0, throttles: 0, lastSuccessAt: automatic === 'closed' ? at : null },
  };
}

/** A standby check of each provider every ten minutes, from inclusive, to exclusive. */
export function madeUpProbes(providers: readonly string[], { from, to }: { from: number; to: number }): ProbeRecord[] {
  const first = Math.ceil(from / standbyMs) * standbyMs;
  const moments = Array.from(
    { length: Math.max(0, Math.ceil((to - first) / standbyMs)) },
    (_, at) => first + at * standbyMs,
  );
  return moments.flatMap((at) =>
    providers.map((provider) => ({
      ...{ id: `${provider} ${at}`, node: 'a', provider, kind: 'standby' as const, by: 'itself', at },
      ...{ ok: true, word: 'ok', status: 200, durationMs: 420, costNanoUsd: 900 },
    })),
  );
}
