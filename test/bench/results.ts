import type { Load, Run, Sided } from './measure.ts';
import type { Memory } from './memory.ts';
import type { Profile } from './profile.ts';
import { difference, median, ratio, type Spread } from './statistics.ts';

/** All that one run of the benchmark has measured; `results.json` is this. */
export interface Results {
  where: Record<string, string>;
  /** Why the numbers are not to be trusted to the last digit, or null. */
  disturbed: string | null;
  cases: CaseResult[];
  /** By side, a number for each round. */
  memory: Record<string, Memory[]>;
  profiles: Profile[];
}

export interface CaseResult {
  name: string;
  title: string;
  unit: Load['unit'];
  sides: Sided[];
}

type Pick = (run: Run) => number | null;

/** Reads numbers out of the results; null: it was not measured. */
export class Reader {
  private readonly results: Results;

  constructor(results: Results) {
    this.results = results;
  }

  median(name: string, side: string, pick: Pick): number | null {
    const values = this.values(name, side, pick);
    return values && median(values);
  }

  ratio(name: string, [ours, theirs]: [string, string], pick: Pick): Spread | null {
    return this.paired(name, [ours, theirs], { pick, of: ratio });
  }

  difference(name: string, [ours, theirs]: [string, string], pick: Pick): Spread | null {
    return this.paired(name, [ours, theirs], { pick, of: difference });
  }

  memory(side: string, pick: (memory: Memory) => number): number | null {
    const rounds = this.results.memory[side] ?? [];
    return rounds.length === 0 ? null : median(rounds.map(pick));
  }

  /** Why a side could not be measured; null: it was, or it took no part. */
  failure(name: string, side: string): string | null {
    return this.sided(name, side)?.failed ?? null;
  }

  private paired(
    name: string,
    [ours, theirs]: [string, string],
    how: { pick: Pick; of: (ours: number[], theirs: number[]) => Spread },
  ): Spread | null {
    const own = this.values(name, ours, how.pick);
    const other = this.values(name, theirs, how.pick);
    return own && other && how.of(own, other);
  }

  private values(name: string, side: string, pick: Pick): number[] | null {
    const sided = this.sided(name, side);
    if (!sided || sided.failed !== null) return null;
    const values = sided.runs.map(pick).filter((value) => value !== null);
    return values.length === 0 || values.length < sided.runs.length ? null : values;
  }

  private sided(name: string, side: string): Sided | undefined {
    return this.results.cases.find((each) => each.name === name)?.sides.find((each) => each.side === side);
  }
}
