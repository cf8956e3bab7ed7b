import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import {
  addChainMinute,
  addProviderMinute,
  type ChainMinute,
  hourMs,
  minuteMs,
  type ProviderMinute,
} from '../../../server/core/minutes.ts';
import { chainHours, chainMinutes, providerHours, providerMinutes, requests } from '../../schema.ts';
import { type ChainMinutesFilter, type Minutes, type ProviderMinutesFilter, StorageError } from '../../storage.ts';
import { shownOf } from './shown.ts';

/** Rows of one answer at most. */
const maxRows = 20_000;

export function listChainMinutes(orm: BetterSQLite3Database, filter: ChainMinutesFilter): Minutes<ChainMinute> {
  const span = spanOf(filter);
  const found = partsOf(orm, span).flatMap(({ table, from, to }) => {
    const of = table === 'hours' ? chainHours : chainMinutes;
    const ofChain = filter.chain === undefined ? undefined : eq(of.chain, filter.chain);
    const within = and(gte(of.at, from), lt(of.at, to), ofChain);
    return orm.select().from(of).where(within).orderBy(asc(of.at)).all();
  });
  const rows = inSteps(found, span.stepMs, { nameOf: (row) => row.chain, add: addChainMinute });
  return { rows, stepMs: span.stepMs, complete: isComplete(orm) };
}

export function listProviderMinutes(
  orm: BetterSQLite3Database,
  filter: ProviderMinutesFilter,
): Minutes<ProviderMinute> {
  const span = spanOf(filter);
  const found = partsOf(orm, span).flatMap(({ table, from, to }) => {
    const of = table === 'hours' ? providerHours : providerMinutes;
    const conditions = [
      filter.provider === undefined ? undefined : eq(of.provider, filter.provider),
      filter.chain === undefined ? undefined : eq(of.chain, filter.chain),
    ];
    const within = and(gte(of.at, from), lt(of.at, to), ...conditions);
    return orm.select().from(of).where(within).orderBy(asc(of.at)).all();
  });
  const ofProvider = found.map(({ chain: _, ...row }) => row);
  const rows = inSteps(ofProvider, span.stepMs, { nameOf: (row) => row.provider, add: addProviderMinute });
  return { rows, stepMs: span.stepMs, complete: isComplete(orm) };
}

interface Steps {
  from: number;
  to: number;
  stepMs: number;
}

type Part = { table: 'hours' | 'minutes' } & Pick<Steps, 'from' | 'to'>;

/** Steps of whole hours are read from the hour tables, as far as those have come; what was let go is left out of both. */
function partsOf(orm: BetterSQLite3Database, { from, to, stepMs }: Steps): Part[] {
  const shown = shownOf(orm);
  const start = Math.max(from, shown.from);
  const hoursTo = stepMs % hourMs === 0 ? Math.min(Math.floor(to / hourMs) * hourMs, shown.hoursUntil) : start;
  const parts: Part[] = [
    { table: 'hours', from: start, to: hoursTo },
    { table: 'minutes', from: Math.max(start, hoursTo), to },
  ];
  return parts.filter((part) => part.from < part.to);
}

/** Whether every request on record is in the minute tables. */
export function isComplete(orm: BetterSQLite3Database): boolean {
  return orm.select({ one: sql`1` }).from(requests).where(sql`counted = 0`).limit(1).get() === undefined;
}

function spanOf({ from, to, stepMs = minuteMs }: ChainMinutesFilter): Steps {
  if (!Number.isInteger(stepMs) || stepMs <= 0 || stepMs % minuteMs !== 0) {
    throw new StorageError('bad_request', `\`stepMs\` is a whole number of minutes, each of ${minuteMs}.`);
  }
  return { from: Math.floor(from / stepMs) * stepMs, to: Math.ceil(to / minuteMs) * minuteMs, stepMs };
}

/** Adds up what is of the same step and name, in their order. Throws `bad_request` if that leaves too many. */
function inSteps<Minute extends { at: number }>(
  minutes: Minute[],
  stepMs: number,
  { nameOf, add }: { nameOf: (minute: Minute) => string; add: (sum: Minute, other: Minute) => void },
): Minute[] {
  const steps = new Map<string, Minute>();
  for (const minute of minutes) {
    const at = Math.floor(minute.at / stepMs) * stepMs;
    const key = `${at}\n${nameOf(minute)}`;
    const known = steps.get(key);
    if (known) add(known, minute);
    else steps.set(key, { ...minute, at });
  }
  if (steps.size > maxRows) {
    throw new StorageError(
      'bad_request',
      `That would be ${steps.size} rows, and ${maxRows} is the most. Ask for a shorter time or a longer \`stepMs\`.`,
    );
  }
  return [...steps.values()].sort((one, other) => one.at - other.at || (nameOf(one) < nameOf(other) ? -1 : 1));
}
