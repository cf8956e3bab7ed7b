/** Sizes as people write them, and exact texts for both sizes and durations. Durations are read by `core/duration.ts`. */

const bytesPerUnit = { GB: 1024 ** 3, MB: 1024 ** 2, kB: 1024, KB: 1024, B: 1 } as const;
const msPerUnit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

export const durationPattern = /^\d{1,12}(\.\d{1,6})?(ms|s|m|h|d)$/;
export const sizePattern = /^\d{1,12}(\.\d{1,6})?(GB|MB|kB|KB|B)$/;

/** `32MB` → 33554432, in whole bytes (a kB is 1024 B); null: it is no size. */
export function readSize(text: string): number | null {
  if (!sizePattern.test(text)) return null;
  const unit = units(bytesPerUnit).find(([name]) => text.endsWith(name));
  return unit ? Math.round(Number.parseFloat(text) * unit[1]) : null;
}

/** 33554432 → `32MB`: the largest unit that needs no fraction. */
export function writeSize(bytes: number): string {
  return write(bytes, units(bytesPerUnit));
}

/** 90000 → `90s`: the largest unit that needs no fraction, so that reading it gives the same again. */
export function writeDuration(ms: number): string {
  return write(ms, units(msPerUnit));
}

function units(table: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(table);
}

function write(value: number, from: [string, number][]): string {
  const unit = value === 0 ? from.at(-1) : from.find(([, each]) => value % each === 0);
  return unit ? `${value / unit[1]}${unit[0]}` : String(value);
}
