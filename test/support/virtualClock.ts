import type { Clock, Timer } from '../../server/core/clock.ts';

interface Pending {
  at: number;
  order: number;
  run: (() => void) | null;
}

/** A clock for long simulations: it goes from one timer to the next, and lets promises follow after each. */
export class VirtualClock implements Clock {
  private monotonic = 0;
  private order = 0;
  /** A binary heap, soonest first. */
  private readonly heap: Pending[] = [];

  now(): number {
    return this.monotonic;
  }

  wall(): number {
    return 1_760_000_000_000 + this.monotonic;
  }

  after(ms: number, run: () => void): Timer {
    const timer: Pending = { at: this.monotonic + Math.max(0, ms), order: this.order++, run };
    this.push(timer);
    return {
      cancel: () => {
        timer.run = null;
      },
    };
  }

  /** Runs everything that falls due until `end`, by `now()`. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.heap[0]; next && next.at <= end; next = this.heap[0]) {
      this.pop();
      const { run } = next;
      if (!run) continue;
      this.monotonic = Math.max(this.monotonic, next.at);
      run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.monotonic = end;
  }

  private push(timer: Pending): void {
    const { heap } = this;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfSooner(index, parent)) return;
      index = parent;
    }
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = index * 2 + 1;
      const right = left + 1;
      const child = right < heap.length && this.isSooner(right, left) ? right : left;
      if (child >= heap.length || !this.swapIfSooner(child, index)) return;
      index = child;
    }
  }

  private swapIfSooner(below: number, above: number): boolean {
    const [one, other] = [this.heap[below], this.heap[above]];
    if (!one || !other || !this.isSooner(below, above)) return false;
    this.heap[above] = one;
    this.heap[below] = other;
    return true;
  }

  private isSooner(index: number, than: number): boolean {
    const [one, other] = [this.heap[index], this.heap[than]];
    if (!one || !other) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }
}
