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
  '30d': 2_592_000_000,
  '90d': 7_776_000_000,
} as const;
export type Span = keyof typeof spans;

/** What a page can be asked for. */
export interface RangeTerms {
  /** The spans that it offers. */
  names: readonly Span[];
  /** What it shows where the address says nothing; absent: all there is. */
  standard?: Span;
  /** The longest time that it shows at once; absent: any. */
  longest?: { ms: number; words: string };
}

/** Reads an address; what is not understood is left out. Two moments are more exact than a span, and go before it. */
export function readRange(
  { last, from, to }: Record<string, unknown>,
  { names }: Pick<RangeTerms, 'names'>,
): RangeSearch {
  const fixed = { ...(isMoment(from) && { from }), ...(isMoment(to) && { to }) };
  const known = names.find((name) => name === last);
  return isFixed(fixed) || known === undefined ? fixed : { last: known };
}

/** Whether it has a bound that does not move with the clock. */
export function isFixed({ from, to }: RangeSearch): boolean {
  return from !== undefined || to !== undefined;
}

/** The moments of a range. `now`: the server's clock, ms since 1970. */
export function momentsOf({ last, from, to }: RangeSearch, now: number): { from?: number; to?: number } {
  const begin = last ? Math.floor(now - spans[last]) : from;
  return { ...(begin === undefined ? {} : { from: begin }), ...(to === undefined ? {} : { to }) };
}

/** The same where a page shows no time without bounds: a range without a beginning is as long as `standard`. */
export function boundsOf(range: RangeSearch, standard: Span, now: number): { from: number; to: number } {
  const { to = Math.round(now), from = to - spans[range.last ?? standard] } = range;
  return { from, to };
}

/** The same time without a clock: a link with it shows the same tomorrow. */
export function pinned(range: RangeSearch, standard: Span | undefined, now: number): RangeSearch {
  const span = range.last ?? standard;
  const to = range.to ?? Math.ceil(now);
  const from = range.from ?? (span && to - spans[span]);
  return { ...(from !== undefined && { from }), to };
}

/** The search of an address with another time. */
export function ranged<Search extends object>(search: Search, range: RangeSearch): Search & RangeSearch {
  const { last: _last, from: _from, to: _to, ...others }: Search & RangeSearch = { ...search };
  return { ...others, ...range } as Search & RangeSearch;
}

/** Of an address: a text that is one, and no longer than a name. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

/** Of an address: ms since 1970. */
function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
