/** Each bucket ends so much later than it begins: a percentile is off by half of that at most, 2.5 %. */
const growth = 1.05;
/** From 1 ms to about 17 minutes; what is beyond counts at the end. */
const buckets = 285;
const logGrowth = Math.log(growth);

/** Which of the 285 a length of time is in. */
export function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(buckets - 1, Math.floor(Math.log(ms) / logGrowth));
}

/** Lengths of time by their size: of any number of them, in 285 numbers. */
export class Histogram {
  private readonly counts = new Uint32Array(buckets);
  private total = 0;

  /** Of what `bucketOf` counted: how many there are in each bucket that has any. */
  static of(counts: Readonly<Record<string, number>>): Histogram {
    const histogram = new Histogram();
    for (const [bucket, count] of Object.entries(counts)) {
      histogram.counts[Number(bucket)] = count;
      histogram.total += count;
    }
    return histogram;
  }

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total += 1;
  }

  addAll(other: Histogram): void {
    if (other.total === 0) return;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      this.counts[bucket] = (this.counts[bucket] ?? 0) + (other.counts[bucket] ?? 0);
    }
    this.total += other.total;
  }

  /** The length that `share` (0 to 1) of them do not exceed, whole ms; null: there are none. */
  quantile(share: number): number | null {
    if (this.total === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= rank) return middle(bucket);
    }
    return middle(buckets - 1);
  }
}

/** The middle of a handful of numbers; null: there are none. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (upper === undefined) return null;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return (lower + upper) / 2;
}

function middle(bucket: number): number {
  return Math.round(growth ** (bucket + 0.5));
}
