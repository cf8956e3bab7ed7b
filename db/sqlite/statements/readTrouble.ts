import { and, asc, gte, inArray, lt, lte, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { CircuitEvent } from '../../../server/core/circuit/types.ts';
import type {
  ChainMinute,
  EvidenceStart,
  ProviderMinute,
  TroubleRecord,
} from '../../../server/core/incidents/types.ts';
import { attempts, circuitEvents, circuits, providerMinutes as countedMinutes, requests } from '../../schema.ts';
import { felt } from './felt.ts';

/** Ms since 1970, `to` exclusive. */
interface Span {
  from: number;
  to: number;
}

const minuteMs = 60_000;
/** Transitions of one reading at most: of a circuit that flaps once a second, an hour. */
const maxEvents = 20_000;

/** Both ends of the span are inclusive. */
export function readTransitions(orm: BetterSQLite3Database, span: Span): Pick<TroubleRecord, 'events' | 'evidence'> {
  const events = eventsWithin(orm, span);
  return { events, evidence: evidenceOf(orm, events) };
}

export function readMinutes(orm: BetterSQLite3Database, span: Span): Pick<TroubleRecord, 'chains' | 'providers'> {
  const asked = askedProviders(orm, span);
  const chains = chainMinutes(orm, span).map((minute) => {
    return { ...minute, providers: asked.get(`${minute.at} ${minute.chain}`) ?? [] };
  });
  return { chains, providers: providerMinutes(orm, span) };
}

/** With the last one of each provider before, which says how it stood then. */
export function eventsWithin(orm: BetterSQLite3Database, { from, to }: Span): CircuitEvent[] {
  const before = orm
    .select({ provider: circuits.provider })
    .from(circuits)
    .all()
    .flatMap(({ provider }) =>
      orm
        .select()
        .from(circuitEvents)
        .where(sql`${circuitEvents.provider} = ${provider} and ${circuitEvents.at} < ${from}`)
        .orderBy(sql`${circuitEvents.at} desc`, sql`${circuitEvents.node} desc`, sql`${circuitEvents.seq} desc`)
        .limit(1)
        .all(),
    );
  const since = orm
    .select()
    .from(circuitEvents)
    .where(and(gte(circuitEvents.at, from), lte(circuitEvents.at, to)))
    .orderBy(sql`${circuitEvents.at} desc`)
    .limit(maxEvents)
    .all();
  return [...before, ...since.reverse()];
}

/** When the attempts that opened circuits began. */
function evidenceOf(orm: BetterSQLite3Database, events: readonly CircuitEvent[]): EvidenceStart[] {
  const opening = events.filter(({ automatic }) => automatic === 'open');
  const named = new Set(opening.flatMap(({ evidence }) => evidence));
  const ids = [...new Set([...named].map((attempt) => attempt.slice(0, attempt.lastIndexOf('/'))))];
  const rows = chunks(ids).flatMap((some) =>
    orm
      .select({ requestId: attempts.requestId, ordinal: attempts.ordinal, at: attempts.startedAt })
      .from(attempts)
      .where(inArray(attempts.requestId, some))
      .orderBy(asc(attempts.requestId), asc(attempts.ordinal))
      .all(),
  );
  return rows
    .map(({ requestId, ordinal, at }) => ({ attempt: `${requestId}/${ordinal}`, at }))
    .filter(({ attempt }) => named.has(attempt));
}

function chunks(ids: string[]): string[][] {
  const size = 500;
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}

/** The first token as it is on the whole: the geometric mean, which a few slow ones move little. */
function chainMinutes(orm: BetterSQLite3Database, { from, to }: Span): Omit<ChainMinute, 'providers'>[] {
  return orm.all<Omit<ChainMinute, 'providers'>>(sql`
    select ${requests.chain} as chain, ${requests.startedAt} - ${requests.startedAt} % ${minuteMs} as at, count(*) as requests,
      sum(${felt}) as errors,
      min(case when ${felt} then ${requests.startedAt} end) as firstErrorAt,
      max(case when ${felt} then ${requests.startedAt} end) as lastErrorAt,
      sum(${movedOn}) as fallbacks,
      exp(avg(ln(max(${requests.firstTokenMs}, 1)))) as firstTokenMs
    from ${requests}
    where ${requests.startedAt} >= ${wholeMinute(from)} and ${requests.startedAt} < ${to}
    group by 1, 2`);
}

function providerMinutes(orm: BetterSQLite3Database, { from, to }: Span): ProviderMinute[] {
  return orm.all<ProviderMinute>(sql`
    select ${attempts.provider} as provider, ${attempts.startedAt} - ${attempts.startedAt} % ${minuteMs} as at,
      sum(${attempts.outcome} <> 'skipped') as attempts,
      sum(${attempts.outcome} = 'succeeded') as answered,
      sum(${attempts.outcome} = 'failed' and ${attempts.failureKind} = 'connect') as unconnected
    from ${attempts}
    where ${attempts.provider} in (${providersCalled}) and ${attempts.drill} is null
      and ${attempts.startedAt} >= ${wholeMinute(from)} and ${attempts.startedAt} < ${to}
    group by 1, 2`);
}

/** By minute and chain: whom its requests went to or past, as far as minutes are counted. */
function askedProviders(orm: BetterSQLite3Database, { from, to }: Span): Map<string, string[]> {
  const { at, chain, provider } = countedMinutes;
  const found = new Map<string, string[]>();
  const rows = orm
    .select({ at, chain, provider })
    .from(countedMinutes)
    .where(and(gte(at, wholeMinute(from)), lt(at, to)))
    .all();
  for (const row of rows) {
    const key = `${row.at} ${row.chain}`;
    found.set(key, [...(found.get(key) ?? []), row.provider]);
  }
  return found;
}

function wholeMinute(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs;
}

/** Another provider than the first of its trail answered. */
export const movedOn = sql`(${requests.fallback} = 1 and ${requests.outcome} = 'succeeded')`;

/** Every provider that has an attempt, one step of the index each. */
const providersCalled = sql`
  with recursive called(name) as (
    select min(${attempts.provider}) from ${attempts}
    union all
    select (select min(${attempts.provider}) from ${attempts} where ${attempts.provider} > name)
    from called where name is not null
  )
  select name from called where name is not null`;
