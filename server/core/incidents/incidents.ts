import { chainTroubles, minuteMs } from './chainTroubles.ts';
import { circuitTroubles, compare, unusualSpans } from './circuitTroubles.ts';
import { faultOfOurs } from './ours.ts';
import { titleOf } from './title.ts';
import type { Incident, Trouble, TroubleRecord } from './types.ts';

/** After the last trouble it has to be quiet for twice as long as that one lasted, and for so long at least. */
const leastQuietMs = 10 * minuteMs;
/** What happened is in the record so long after it at the latest; before that no incident is called over. */
const lateMs = minuteMs;

/** Which part of the record is told. */
export interface Reach {
  /** Only what was detected from then on: nothing detected before was going on any more. */
  since: number;
  /** Chains are judged from then on; what the record holds before only tells what is usual. */
  judgedFrom: number;
  /** How far the record has been read. */
  until: number;
}

/** All of it. */
export const fromTheBeginning = { since: Number.NEGATIVE_INFINITY, judgedFrom: Number.NEGATIVE_INFINITY };

/**
 * The incidents of a span of the record, in the order in which they were detected. Whatever the order of the record, and
 * however far it was read at a time: an incident that was once `resolved` is told the same for ever.
 */
export function incidentsOf(record: TroubleRecord, { since, judgedFrom, until }: Reach): Incident[] {
  const events = record.events.filter(({ at }) => at <= until);
  const unusual = unusualSpans(events);
  const troubles = [
    ...circuitTroubles({ events, evidence: record.evidence }, until),
    ...chainTroubles(record.chains, { unusual, judgedFrom, until }),
  ].filter(({ detectedAt }) => detectedAt >= since && detectedAt <= until);
  troubles.sort((one, other) => one.detectedAt - other.detectedAt || compare(one.key, other.key));
  return grouped(troubles).map((group) => incidentOf(group, { record, until }));
}

/**
 * Where to go on when the record has been told up to `until`: the eldest that is not over is told again from its beginning,
 * and of what is over nothing is.
 */
export function goOnFrom(
  incidents: readonly Pick<Incident, 'state' | 'detectedAt' | 'quietUntil' | 'troubles'>[],
  until: number,
): Omit<Reach, 'until'> {
  const going = incidents.filter(({ state }) => state !== 'resolved');
  const over = Math.max(
    ...incidents.map(({ state, quietUntil }) => (state === 'resolved' ? (quietUntil ?? 0) + 1 : 0)),
  );
  const since =
    going.length > 0 ? Math.min(...going.map(({ detectedAt }) => detectedAt)) : Math.max(over, until - overlapMs);
  const felt = going.flatMap(({ troubles }) => troubles.filter(({ kind }) => kind !== 'circuit'));
  // It was quiet for at least ten minutes before: no row of odd minutes that was counted then reaches over this.
  return { since, judgedFrom: Math.min(since - leastQuietMs + minuteMs, ...felt.map(({ beganAt }) => beganAt)) };
}

/** So much of what has been told is looked at again: rows may come late, and minutes count in rows. */
const overlapMs = 30 * minuteMs;

function grouped(troubles: readonly Trouble[]): Trouble[][] {
  const groups: Trouble[][] = [];
  let quiet = Number.NEGATIVE_INFINITY;
  for (const trouble of troubles) {
    const group = groups.at(-1);
    if (group && trouble.detectedAt <= quiet) group.push(trouble);
    else {
      groups.push([trouble]);
      quiet = Number.NEGATIVE_INFINITY;
    }
    quiet = Math.max(quiet, quietAfter(trouble) ?? Number.POSITIVE_INFINITY);
  }
  return groups;
}

/** It is over when nothing comes until then; null: it goes on. */
function quietAfter({ detectedAt, endedAt }: Trouble): number | null {
  return endedAt === null ? null : endedAt + Math.max(2 * (endedAt - detectedAt), leastQuietMs);
}

function incidentOf(troubles: Trouble[], { record, until }: { record: TroubleRecord; until: number }): Incident {
  const endedAt = latest(troubles.map((trouble) => trouble.endedAt));
  const quietUntil = latest(troubles.map(quietAfter));
  const beganAt = Math.min(...troubles.map((trouble) => trouble.beganAt));
  const ours = faultOfOurs(record.providers, { from: beganAt, to: endedAt ?? until, until });
  const circuits = troubles.filter(({ kind }) => kind === 'circuit');
  return {
    key: troubles[0]?.key ?? '',
    state: quietUntil === null ? 'open' : until < quietUntil + lateMs ? 'watching' : 'resolved',
    title: titleOf(troubles, ours !== null),
    beganAt,
    detectedAt: troubles[0]?.detectedAt ?? beganAt,
    endedAt,
    quietUntil,
    providers: each(circuits.map(({ subject }) => subject)),
    chains: each(troubles.filter(({ kind }) => kind !== 'circuit').map(({ subject }) => subject)),
    troubles,
    ours,
  };
}

/** Null as soon as one is. */
function latest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length < moments.length ? null : Math.max(...known);
}

export function each<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
