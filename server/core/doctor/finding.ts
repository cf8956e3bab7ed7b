/** `note`: worth knowing; `caution`: it runs, and not as well as it might; `bad`: it will not start, or not go on for long. */
export type Mark = 'good' | 'note' | 'caution' | 'bad';

export interface Finding {
  /** What was looked at: `config`, `database`, … */
  check: string;
  mark: Mark;
  says: string;
  /** What to do; null: nothing. */
  remedy: string | null;
}

/** All is well with it. */
export function good(check: string, says: string): Finding {
  return { check, mark: 'good', says, remedy: null };
}

/** Bytes for people: `1.5 GB`. */
export function sizeWords(bytes: number): string {
  const [by, unit] = bytes >= 1e9 ? [1e9, 'GB'] : [1e6, 'MB'];
  const amount = bytes / by;
  return `${amount >= 10 ? Math.round(amount) : Math.round(amount * 10) / 10} ${unit}`;
}
