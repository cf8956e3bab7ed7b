import { byHand, type CircuitEvent } from '../core/circuit/types.ts';
import { median } from '../core/percentile.ts';
import { type Counted, failed } from './counted.ts';

/** Failed attempts remembered until an opening names them as its evidence; they come within seconds of each other. */
const maxFailures = 5_000;
/** Openings remembered, of one provider; at one a second this is the last quarter of an hour. */
const maxOpenings = 1_000;

/** One time a circuit opened by itself, or opened again after a probe. */
export interface Opening {
  at: number;
  /** How long the failed attempts took that opened it, ms. */
  durations: number[];
}

/** What the failures took that opened circuits: what an attempt would have cost that was not made. */
export class Openings {
  /** By provider, by time. */
  private readonly openings = new Map<string, Opening[]>();
  private readonly failures = new Map<string, number>();
  /** Evidence whose attempt is not known yet: a circuit opens before the request of its last failure ends. */
  private readonly missing = new Map<string, Opening>();

  transition(event: CircuitEvent): void {
    if (event.automatic !== 'open' || byHand(event) || event.evidence.length === 0) return;
    const list = this.openings.get(event.provider) ?? [];
    this.openings.set(event.provider, list);
    const opening: Opening = { at: event.at, durations: [] };
    const before = list.findLastIndex(({ at }) => at <= event.at);
    list.splice(before + 1, 0, opening);
    if (list.length > maxOpenings) list.shift();
    for (const id of event.evidence) {
      const ms = this.failures.get(id);
      if (ms === undefined) remember(this.missing, id, opening);
      else opening.durations.push(ms);
    }
  }

  request(request: Counted): void {
    for (const attempt of request.attempts) {
      if (!failed(attempt)) continue;
      const id = `${request.id}/${attempt.ordinal}`;
      const opening = this.missing.get(id);
      if (opening) {
        opening.durations.push(attempt.durationMs);
        this.missing.delete(id);
      } else {
        remember(this.failures, id, attempt.durationMs);
      }
    }
  }

  /** The opening in force at that moment; null: none is known. */
  at(provider: string, moment: number): Opening | null {
    return this.openings.get(provider)?.findLast(({ at }) => at <= moment) ?? null;
  }

  /** What an attempt would have taken, ms: by this opening's own failures, or those of the one before; null: not known. */
  usualMs(provider: string, opening: Opening): number | null {
    const list = this.openings.get(provider) ?? [];
    for (let at = list.lastIndexOf(opening); at >= 0; at -= 1) {
      const usual = median(list[at]?.durations ?? []);
      if (usual !== null) return usual;
    }
    return median(opening.durations);
  }
}

function remember<Value>(map: Map<string, Value>, id: string, value: Value): void {
  map.set(id, value);
  const [eldest] = map.keys();
  if (map.size > maxFailures && eldest !== undefined) map.delete(eldest);
}
