import type { Storage } from '../../db/storage.ts';
import type { IncidentRow, KeptIncident } from '../core/incidents/report.ts';
import type { Kept, KeptKind } from '../core/retention.ts';

/** Of a record that nobody has told yet so much is told, where it holds as much. */
const longestMs = 100 * 24 * 3_600_000;
/** Of one that an earlier version has told as it happened, without writing down how far. */
const lastMs = 24 * 3_600_000;

interface Known {
  over: readonly IncidentRow[];
  going: readonly KeptIncident[];
  /** Ms since 1970. */
  now: number;
}

/**
 * Up to where incidents were told by a run before, ms since 1970. A record that was brought from elsewhere, or that has been
 * written without them, is told from the eldest moment on of which it has every request. Rejects with `StorageError`.
 */
export async function toldBefore(
  storage: Pick<Storage, 'incidentsToldUntil' | 'listKept'>,
  { over, going, now }: Known,
): Promise<number> {
  const mark = await storage.incidentsToldUntil();
  if (mark !== null) return mark;
  const ends = [...going.map(({ report }) => report.asOf), ...over.map(({ quietUntil }) => quietUntil ?? 0)];
  if (ends.length > 0) return Math.max(now - lastMs, ...ends);
  return Math.max(now - longestMs, wholeFrom(await storage.listKept(), now));
}

function wholeFrom(kept: readonly Kept[], now: number): number {
  const of = (kind: KeptKind) => kept.find((each) => each.kind === kind);
  const eldest = [of('requests'), of('transitions')].map((each) => each?.eldestAt ?? now);
  return Math.max(Math.min(now, ...eldest), of('requests')?.letGoBefore ?? 0);
}
