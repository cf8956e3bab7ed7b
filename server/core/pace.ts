/** First-content times remembered of each kind of call: enough for a p95, and few enough to forget a bad hour soon. */
const samplesKept = 100;
/** Fewer say nothing of the slowest in twenty. */
const samplesNeeded = 20;
/** The p95 is drawn anew after so many. */
const samplesBetween = 10;
/** Estimated prompt tokens from which on a call is of the next larger class. */
const classFloors = [1_000, 4_000, 16_000, 64_000] as const;

/** What makes calls comparable in how long their first content takes. */
export interface PaceKind {
  provider: string;
  promptTokens: number;
  /** Asked for as a stream: a plain answer's first content is all of it. */
  streamed: boolean;
}

/** How long providers usually take to their first content, by size of the prompt. */
export class Pace {
  private readonly providers = new Map<string, (Recent | undefined)[]>();

  /** A call of this kind brought its first content after `ms`. */
  add(kind: PaceKind, ms: number): void {
    let recents = this.providers.get(kind.provider);
    if (!recents) {
      recents = [];
      this.providers.set(kind.provider, recents);
    }
    const place = placeOf(kind);
    let recent = recents[place];
    if (!recent) {
      recent = new Recent();
      recents[place] = recent;
    }
    recent.add(ms);
  }

  /** The time to first content that nineteen in twenty calls of this kind do not exceed, ms; null: too few are known. */
  p95Ms(kind: PaceKind): number | null {
    return this.providers.get(kind.provider)?.[placeOf(kind)]?.p95Ms ?? null;
  }
}

/** The last hundred times, and their p95 as of a moment ago. */
class Recent {
  p95Ms: number | null = null;
  private readonly samples = new Float32Array(samplesKept);
  private count = 0;

  add(ms: number): void {
    this.samples[this.count % samplesKept] = ms;
    this.count += 1;
    if (this.count >= samplesNeeded && this.count % samplesBetween === 0) this.p95Ms = this.draw();
  }

  private draw(): number | null {
    const sorted = this.samples.slice(0, Math.min(this.count, samplesKept)).sort();
    return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
  }
}

function placeOf({ promptTokens, streamed }: PaceKind): number {
  let size = 0;
  while (size < classFloors.length && promptTokens >= (classFloors[size] ?? 0)) size += 1;
  return streamed ? size : size + classFloors.length + 1;
}
