/** The units of durations as people write them, in milliseconds. */
const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m`, `250ms`, `1.5h` → milliseconds (whole, rounded); null: this is no duration. A bare number is none: it has no unit. */
export function readDuration(text: string): number | null {
  const [, amount, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const factor = unitMs[unit ?? ''];
  return factor === undefined ? null : Math.round(Number(amount) * factor);
}

/** Milliseconds → at most two units, rounded down, for people: `4m 12s`, `2h 5m`, `3d 1h`; under a second: `0s`. */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}
