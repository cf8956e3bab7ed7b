import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import {
  addChainMinute,
  addProviderMinute,
  type ChainMinute,
  minuteMs,
  type ProviderMinute,
} from '../../../server/core/minutes.ts';
import { chainMinutes, providerMinutes, requests } from '../../schema.ts';
import { type ChainMinutesFilter, type Minutes, type ProviderMinutesFilter, StorageError } from '../../storage.ts';

/** Rows of one answer at most. */
const maxRows = 20_000;

export function listChainMinutes(orm: BetterSQLite3Database, filter: ChainMinutesFilter): Minutes<ChainMinute> {
  const { from, to, stepMs } = spanOf(filter);
  const { at, chain } = chainMinutes;
  const ofChain = filter.chain === undefined ? undefined : eq(chain, filter.chain);
  const found = orm
    .select()
    .from(chainMinutes)
    .where(and(gte(at, from), lt(at, to), ofChain))
    .orderBy(asc(at))
    .all();
  const rows = inSteps(found, stepMs, { nameOf: (row) => row.chain, add: addChainMinute });
  return { rows, stepMs, complete: isComplete(orm) };
}

export function listProviderMinutes(
  orm: BetterSQLite3Database,
  filter: ProviderMinutesFilter,
): Minutes<ProviderMinute> {
  const { from, to, stepMs } = spanOf(filter);
  const { at, provider, chain } = providerMinutes;
  const conditions = [
    filter.provider === undefined ? undefined : eq(provider, filter.provider),
    filter.chain === undefined ? undefined : eq(chain, filter.chain),
  ];
  const found = orm
    .select()
    .from(providerMinutes)
    .where(and(gte(at, from), lt(at, to), ...conditions))
    .orderBy(asc(at))
    .all();
  const ofProvider = found.map(({ chain: _, ...row }) => row);
  const rows = inSteps(ofProvider, stepMs, { nameOf: (row) => row.provider, add: addProviderMinute });
  return { rows, stepMs, complete: isComplete(orm) };
}

/** Whether every request on record is in the minute tables. */
export function isComplete(orm: BetterSQLite3Database): boolean {
  return orm.select({ one: sql`1` }).from(requests).where(sql`counted = 0`).limit(1).get() === undefined;
}

function spanOf({ from, to, stepMs = minuteMs }: ChainMinutesFilter): { from: number; to: number; stepMs: number } {
  if (!Number.isInteger(stepMs) || stepMs <= 0 || stepMs % minuteMs !== 0) {
    throw new StorageError('bad_request', `\`stepMs\` is a whole number of minutes, each of ${minuteMs}.`);
  }
  return { from: Math.floor(from / stepMs) * stepMs, to: Math.ceil(to / stepMs) * stepMs, stepMs };
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
