import type { CircuitEvent } from '../circuit/types.ts';
import { chainTroubles, minuteMs } from './chainTroubles.ts';
import { circuitTroubles, compare, unusualSpans } from './circuitTroubles.ts';
import { each } from './each.ts';
import { faultOfOurs } from './ours.ts';
import { titleOf } from './title.ts';
import type { Incident, OursEvidence, Trouble, TroubleRecord } from './types.ts';

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
  /** What was told of the one that goes on, where it began before `since`: that part of the record is not read again. */
  kept: Kept | null;
}

interface Kept {
  troubles: readonly Trouble[];
  ours: OursEvidence | null;
}

/** All of it. */
export const fromTheBeginning: Omit<Reach, 'until'> = {
  since: Number.NEGATIVE_INFINITY,
  judgedFrom: Number.NEGATIVE_INFINITY,
  kept: null,
};

/**
 * The incidents of a span of the record, in the order in which they were detected. Whatever the order of the record, and
 * however far it was read at a time: an incident that was once `resolved` is told the same for ever.
 */
export function incidentsOf(record: TroubleRecord, { since, judgedFrom, until, kept }: Reach): Incident[] {
  const events = record.events.filter(({ at }) => at <= until);
  const unusual = unusualSpans(events);
  const carried = kept?.troubles.map((trouble) => goneOn(trouble, events)) ?? [];
  const troubles = [
    ...carried,
    ...circuitTroubles({ events, evidence: record.evidence }, until).filter((trouble) => !isWithin(carried, trouble)),
    ...chainTroubles(record.chains, { unusual, judgedFrom, until }),
  ].filter(({ detectedAt, key }) => {
    return detectedAt <= until && (detectedAt >= since || carried.some((trouble) => trouble.key === key));
  });
  troubles.sort((one, other) => one.detectedAt - other.detectedAt || compare(one.key, other.key));
  return grouped(troubles).map((group) => {
    const isKept = kept !== null && group.some(({ key }) => kept.troubles.some((trouble) => trouble.key === key));
    return incidentOf(group, { record, until, ours: isKept ? kept.ours : null });
  });
}

/** What had not ended when it was told before: a circuit's end is in the record; of a chain, what lasted so long is usual now. */
function goneOn(trouble: Trouble, events: readonly CircuitEvent[]): Trouble {
  if (trouble.endedAt !== null) return trouble;
  if (trouble.kind !== 'circuit') return { ...trouble, endedAt: trouble.detectedAt + longestMs };
  const closes = events
    .filter((event) => event.provider === trouble.subject && trouble.key.startsWith(`circuit ${event.node}/`))
    .filter(({ at, automatic }) => at > trouble.detectedAt && automatic === 'closed')
    .map(({ at }) => at);
  return { ...trouble, endedAt: closes.length > 0 ? Math.min(...closes) : null };
}

/** A circuit that opens again after a failed probe, of an opening that is told already. */
function isWithin(carried: readonly Trouble[], { subject, detectedAt, key }: Trouble): boolean {
  const node = key.slice(0, key.lastIndexOf('/'));
  return carried.some((trouble) => {
    const same = trouble.subject === subject && trouble.key.slice(0, trouble.key.lastIndexOf('/')) === node;
    return same && detectedAt >= trouble.detectedAt && detectedAt < (trouble.endedAt ?? Number.POSITIVE_INFINITY);
  });
}

/**
 * Where to go on when the record has been told up to `until`: the eldest that is not over is told again from its beginning,
 * and of what is over nothing is.
 */
export function goOnFrom(
  incidents: readonly Pick<Incident, 'state' | 'detectedAt' | 'quietUntil' | 'troubles' | 'ours'>[],
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
  const judgedFrom = Math.min(since - leastQuietMs + minuteMs, ...felt.map(({ beganAt }) => beganAt));
  const bound = Math.floor((until - longestMs) / boundStepMs) * boundStepMs;
  if (since >= bound) return { since, judgedFrom: Math.max(judgedFrom, bound - longestMs), kept: null };
  const troubles = going.flatMap((incident) => incident.troubles).filter(({ detectedAt }) => detectedAt < bound);
  const ours = going.find((incident) => incident.ours)?.ours ?? null;
  return { since: bound, judgedFrom: Math.max(judgedFrom, bound), kept: { troubles, ours } };
}

/** So much of what has been told is looked at again: rows may come late, and minutes count in rows. */
const overlapMs = 30 * minuteMs;
/** An incident may last for weeks. Of one that lasts longer, the record is not read from its beginning at each look. */
const longestMs = 2 * 24 * 60 * minuteMs;
const boundStepMs = 6 * 60 * minuteMs;

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

interface Around {
  record: TroubleRecord;
  until: number;
  /** As told before. */
  ours: OursEvidence | null;
}

function incidentOf(troubles: Trouble[], { record, until, ours: known }: Around): Incident {
  const endedAt = latest(troubles.map((trouble) => trouble.endedAt));
  const quietUntil = latest(troubles.map(quietAfter));
  const beganAt = Math.min(...troubles.map((trouble) => trouble.beganAt));
  const ours = known ?? faultOfOurs(record.providers, { from: beganAt, to: endedAt ?? until, until });
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
