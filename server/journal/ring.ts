/**
 * Counts by slots of time, for as long as the ring is. Moments are ms since 1970; a slot is known by the time it stands for, so
 * a wall clock that is set forth or back forgets what no longer fits, and mixes nothing up.
 */
export class Ring<Slot> {
  readonly slotMs: number;
  private readonly length: number;
  private readonly fresh: () => Slot;
  private readonly slots: { index: number; slot: Slot }[] = [];

  constructor(options: { slotMs: number; length: number; fresh: () => Slot }) {
    this.slotMs = options.slotMs;
    this.length = options.length;
    this.fresh = options.fresh;
  }

  /** The slot to count into; null: that moment is too long ago. What is yet to come counts as now. */
  at(moment: number, now: number): Slot | null {
    const last = Math.floor(now / this.slotMs);
    const index = Math.min(last, Math.floor(moment / this.slotMs));
    if (index <= last - this.length) return null;
    const place = index % this.length;
    const kept = this.slots[place];
    if (kept?.index === index) return kept.slot;
    const slot = this.fresh();
    this.slots[place] = { index, slot };
    return slot;
  }

  /** What was counted `back` slots before the one of `now`; null: nothing. */
  back(now: number, back: number): Slot | null {
    const index = Math.floor(now / this.slotMs) - back;
    const kept = back < this.length ? this.slots[index % this.length] : undefined;
    return kept?.index === index ? kept.slot : null;
  }

  /** Those of `count` slots in which anything was counted, the last of them `skip` slots before that of `now`. */
  *last(now: number, count: number, skip = 0): Generator<Slot> {
    for (let back = skip; back < skip + count; back += 1) {
      const slot = this.back(now, back);
      if (slot !== null) yield slot;
    }
  }
}

/** Adds to one count among several. */
export function add<Key>(counts: Map<Key, number>, key: Key, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
