import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { FactsAsk, Impact, IncidentFacts } from '../../../server/core/incidents/report.ts';
import { attempts, requests } from '../../schema.ts';
import { felt } from './felt.ts';
import { names } from './names.ts';
import { movedOn } from './readTrouble.ts';

interface Counted {
  impact: IncidentFacts['impact'];
  /** Chains whose requests it touched. */
  chains: string[];
  called: IncidentFacts['called'];
}

/** What became of the requests that came in during the incident, of the chains it touched. */
export function impactFacts(orm: BetterSQLite3Database, ask: FactsAsk): Counted {
  const all = countsByChain(orm, ask);
  const byChain = all.filter(({ chain }) => ask.incident.chains.includes(chain) || isTouched(orm, ask, chain));
  const sum = (of: (counts: (typeof byChain)[number]) => number) => byChain.reduce((total, one) => total + of(one), 0);
  const [requestCount, answered, errors] = [
    sum((one) => one.requests),
    sum((one) => one.answered),
    sum((one) => one.errors),
  ];
  const chains = byChain.map(({ chain }) => chain);
  return {
    chains,
    called: calledOn(orm, ask, chains),
    impact: {
      requests: requestCount,
      answered,
      moved: sum((one) => one.moved),
      errors,
      others: requestCount - answered - errors,
      addedWait: addedWait(orm, ask, chains),
      byChain,
    },
  };
}

const within = ({ incident, to }: FactsAsk) =>
  sql`${requests.startedAt} >= ${incident.beganAt} and ${requests.startedAt} < ${to}`;

function countsByChain(orm: BetterSQLite3Database, ask: FactsAsk): Impact['byChain'] {
  return orm.all(sql`
    select ${requests.chain} as chain, count(*) as requests, sum(${requests.outcome} = 'succeeded') as answered,
      sum(${movedOn}) as moved, sum(${felt}) as errors
    from ${requests} where ${within(ask)}
    group by 1 order by 1`);
}

/**
 * Whether a request of the chain was sent to one of its providers, or would have been. The `+` here and below keeps SQLite
 * from walking every call of a provider for each request: a request has its few attempts, a provider has all of its calls.
 */
function isTouched(orm: BetterSQLite3Database, ask: FactsAsk, chain: string): boolean {
  const found = orm.all(sql`
    select 1 from ${requests}
    where ${within(ask)} and ${requests.chain} = ${chain} and exists (
      select 1 from ${attempts}
      where ${attempts.requestId} = ${requests.id} and +${attempts.provider} in ${names(ask.incident.providers)})
    limit 1`);
  return found.length > 0;
}

/** In the order in which chains usually ask them. */
function calledOn(orm: BetterSQLite3Database, ask: FactsAsk, chains: string[]): IncidentFacts['called'] {
  return orm.all(sql`
    select ${attempts.provider} as provider, sum(${attempts.outcome} <> 'skipped') as attempts
    from ${requests} join ${attempts} on ${attempts.requestId} = ${requests.id}
    where ${within(ask)} and ${requests.chain} in ${names(chains)}
    group by 1 order by avg(${attempts.ordinal}), 1`);
}

/** From a request's coming in to the attempt that answered it, for those that another provider answered. */
function addedWait(orm: BetterSQLite3Database, ask: FactsAsk, chains: string[]): Impact['addedWait'] {
  const waits = orm
    .all<{ ms: number }>(sql`
      select ${attempts.startedAt} - ${requests.startedAt} as ms
      from ${requests} join ${attempts} on ${attempts.requestId} = ${requests.id}
        and +${attempts.provider} = ${requests.servedBy} and ${attempts.outcome} = 'succeeded'
      where ${within(ask)} and ${movedOn} and ${requests.chain} in ${names(chains)}
      order by 1`)
    .map(({ ms }) => ms);
  return { medianMs: middle(waits), worstMs: waits.at(-1) ?? null };
}

function middle(sorted: readonly number[]): number | null {
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (upper === undefined) return null;
  return ((sorted[Math.ceil(sorted.length / 2) - 1] ?? upper) + upper) / 2;
}
