import type { Tally } from './load.ts';

/** Gaps are counted by tenths of a millisecond, up to so many. */
const gapSlots = 50_000;

/** What the callers of one run have seen, counted from `begin` to `end`. */
export class Counts {
  wrong = 0;
  firstWrong: string | null = null;
  private counting = false;
  private startedAt = 0;
  private events = 0;
  private times: number[] = [];
  private firsts: number[] = [];
  private readonly gaps = new Uint32Array(gapSlots);

  begin(): void {
    this.counting = true;
    this.startedAt = performance.now();
  }

  answer(ms: number, firstMs: number): void {
    if (!this.counting) return;
    this.times.push(ms);
    this.firsts.push(firstMs);
  }

  read(events: number, gapMs: number | null): void {
    if (!this.counting) return;
    this.events += events;
    if (gapMs === null) return;
    const slot = Math.min(gapSlots - 1, Math.floor(gapMs * 10));
    this.gaps[slot] = (this.gaps[slot] ?? 0) + 1;
  }

  bad(what: string): void {
    this.wrong += 1;
    this.firstWrong ??= what;
  }

  end(): Tally {
    const ms = performance.now() - this.startedAt;
    this.counting = false;
    const times = sorted(this.times);
    const firsts = sorted(this.firsts);
    return {
      requests: times.length,
      events: this.events,
      ms,
      p50Ms: at(times, 0.5),
      p99Ms: at(times, 0.99),
      firstP50Ms: at(firsts, 0.5),
      firstP99Ms: at(firsts, 0.99),
      gapP999Ms: this.gapAt(0.999),
      wrong: this.wrong,
      firstWrong: this.firstWrong,
    };
  }

  private gapAt(share: number): number {
    const all = this.gaps.reduce((sum, count) => sum + count, 0);
    let seen = 0;
    const slot = this.gaps.findIndex((count) => {
      seen += count;
      return seen >= all * share;
    });
    return all === 0 ? 0 : (slot + 1) / 10;
  }
}

function sorted(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

function at(values: number[], share: number): number {
  return values[Math.floor(share * (values.length - 1))] ?? 0;
}
