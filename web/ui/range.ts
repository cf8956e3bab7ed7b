/** A time as it stands in an address: a span up to now, or one between two moments. */
export interface RangeSearch {
  /** The last so long, up to now. */
  last?: Span;
  /** Ms since 1970; from inclusive, to exclusive. A link with these shows the same tomorrow. */
  from?: number;
  to?: number;
}

export const spans = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const;
export type Span = keyof typeof spans;

/** Reads an address; what is not understood is left out. */
export function readRange({ last, from, to }: Record<string, unknown>): RangeSearch {
  return {
    ...(isText(last) && Object.hasOwn(spans, last) ? { last: last as Span } : {}),
    ...(isMoment(from) ? { from } : {}),
    ...(isMoment(to) ? { to } : {}),
  };
}

/** The moments of a range. `now`: the server's clock, ms since 1970. */
export function momentsOf({ last, from, to }: RangeSearch, now: number): { from?: number; to?: number } {
  const begin = last ? Math.floor(now - spans[last]) : from;
  return { ...(begin === undefined ? {} : { from: begin }), ...(to === undefined ? {} : { to }) };
}

/** Of an address: a text that is one, and no longer than a name. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

/** Of an address: ms since 1970. */
export function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
