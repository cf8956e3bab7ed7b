/** A call is never overdue sooner, ms. */
const leastMs = 2_000;
/** A call is overdue when it takes so many times as long as nineteen in twenty do. */
const timesP95 = 3;
/** Where nothing is known of a provider's pace: this part of the clock that would end the call. */
const partOfClock = 1 / 3;

/** When a call that has brought nothing is overdue, ms from its start. `clockMs`: its clock for the first content. */
export function overdueMs(p95Ms: number | null, clockMs: number): number {
  return Math.max(leastMs, p95Ms === null ? clockMs * partOfClock : p95Ms * timesP95);
}

/**
 * When so many calls as raise suspicion are overdue: the moment at which the last of the first `suspect` of them is.
 * `dueAts` are the moments of all calls that have waited since anything last came from the provider. Null: there are
 * too few for suspicion.
 */
export function suspiciousAt(dueAts: readonly number[], suspect: number): number | null {
  if (suspect < 1 || dueAts.length < suspect) return null;
  return [...dueAts].sort((one, other) => one - other)[suspect - 1] ?? null;
}
