/** A number as its median and its spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The ratio of the medians of `ours` and `theirs`, with the least and the greatest ratio of the pairs. */
export function ratio(ours: number[], theirs: number[]): Spread {
  return { ...spreadOf(pairs(ours, theirs, (own, other) => own / other)), median: median(ours) / median(theirs) };
}

/** The same for what ours is more than theirs. */
export function difference(ours: number[], theirs: number[]): Spread {
  return { ...spreadOf(pairs(ours, theirs, (own, other) => own - other)), median: median(ours) - median(theirs) };
}

export function spreadOf(values: number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function pairs(ours: number[], theirs: number[], of: (own: number, other: number) => number): number[] {
  return ours.map((value, place) => of(value, theirs[place] ?? Number.NaN));
}
