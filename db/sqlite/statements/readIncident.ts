import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { FactsAsk, IncidentFacts, ProbeFact } from '../../../server/core/incidents/report.ts';
import { attempts, probes, requests } from '../../schema.ts';
import type { ReadIncident } from '../../storage.ts';
import { felt } from './felt.ts';
import { impactFacts } from './incidentImpact.ts';
import { names } from './names.ts';
import { eventsWithin, movedOn } from './readTrouble.ts';

/** Probes of one incident at most; the first are kept. */
const maxProbes = 2_000;
const maxTicks = 5_000;

/** Everything of one incident in one go. */
export function readIncident(orm: BetterSQLite3Database, ask: FactsAsk): ReadIncident {
  const { impact, chains, called } = impactFacts(orm, ask);
  const facts: IncidentFacts = {
    called,
    ticks: ticksOf(orm, ask, called),
    failures: failuresOf(orm, ask),
    first: firstFailure(orm, ask),
    probes: probesOf(orm, ask),
    backs: ask.closes.flatMap((close) => firstAnswer(orm, close)),
    mitigation: mitigationOf(orm, ask, chains),
    firstError: firstErrorOf(orm, ask, chains),
    impact,
  };
  const events = eventsWithin(orm, { from: ask.window.from, to: ask.window.to - 1 });
  return { events, facts };
}

function ticksOf(orm: BetterSQLite3Database, ask: FactsAsk, called: IncidentFacts['called']): IncidentFacts['ticks'] {
  const { window, tickMs } = ask;
  return orm.all(sql`
    select ${attempts.provider} as provider, ${attempts.startedAt} - ${attempts.startedAt} % ${tickMs} as at, count(*) as count
    from ${attempts}
    where ${attempts.provider} in ${names(called.map(({ provider }) => provider))}
      and ${attempts.startedAt} >= ${window.from} and ${attempts.startedAt} < ${Math.min(window.to, ask.asOf)}
      and ${attempts.outcome} = 'failed' and ${attempts.drill} is null
    group by 1, 2 order by 2, 1 limit ${maxTicks}`);
}

function failuresOf(orm: BetterSQLite3Database, { incident, to }: FactsAsk): IncidentFacts['failures'] {
  return orm.all(sql`
    select ${attempts.provider} as provider, ${attempts.failureKind} as kind, count(*) as count
    from ${attempts}
    where ${attempts.provider} in ${names(incident.providers)}
      and ${attempts.startedAt} >= ${incident.beganAt} and ${attempts.startedAt} < ${to}
      and ${attempts.outcome} = 'failed' and ${attempts.drill} is null
    group by 1, 2 order by 3 desc, 1, 2`);
}

function firstFailure(orm: BetterSQLite3Database, { incident, to }: FactsAsk): IncidentFacts['first'] {
  const [row] = orm.all<NonNullable<IncidentFacts['first']>>(sql`
    select ${attempts.requestId} as requestId, ${attempts.provider} as provider, ${attempts.word} as word,
      ${attempts.startedAt} as at, ${attempts.durationMs} as durationMs, ${requests.outcome} as outcome,
      ${requests.servedBy} as servedBy, ${requests.firstTokenMs} as answeredAfterMs
    from ${attempts} join ${requests} on ${requests.id} = ${attempts.requestId}
    where ${attempts.provider} in ${names(incident.providers)}
      and ${attempts.startedAt} >= ${incident.beganAt} and ${attempts.startedAt} < ${to}
      and ${attempts.outcome} = 'failed' and ${attempts.drill} is null
    order by ${attempts.startedAt}, ${attempts.requestId}, ${attempts.ordinal} limit 1`);
  return row ?? null;
}

function probesOf(orm: BetterSQLite3Database, { incident, window, asOf }: FactsAsk): ProbeFact[] {
  const to = Math.min(window.to, asOf);
  const callers = orm.all<Omit<ProbeFact, 'ok'> & { ok: number }>(sql`
    select ${attempts.provider} as provider, ${attempts.startedAt} as at, ${attempts.outcome} = 'succeeded' as ok,
      ${attempts.word} as word, coalesce(${attempts.firstTokenMs}, ${attempts.durationMs}) as durationMs,
      'caller' as kind, 'itself' as by
    from ${attempts}
    where ${attempts.provider} in ${names(incident.providers)} and ${attempts.permit} = 'probe'
      and ${attempts.outcome} in ('succeeded', 'failed')
      and ${attempts.startedAt} >= ${window.from} and ${attempts.startedAt} < ${to}
    order by 2, ${attempts.requestId} limit ${maxProbes}`);
  const own = orm.all<Omit<ProbeFact, 'ok'> & { ok: number }>(sql`
    select ${probes.provider} as provider, ${probes.at} as at, ${probes.ok} as ok, ${probes.word} as word,
      ${probes.durationMs} as durationMs, ${probes.kind} as kind, ${probes.by} as by
    from ${probes}
    where ${probes.provider} in ${names(incident.providers)} and ${probes.at} >= ${window.from} and ${probes.at} < ${to}
    order by 2, ${probes.id} limit ${maxProbes}`);
  return [...callers, ...own]
    .map((probe) => ({ ...probe, ok: probe.ok === 1 }))
    .sort((one, other) => one.at - other.at);
}

function firstAnswer(orm: BetterSQLite3Database, { provider, at }: FactsAsk['closes'][number]): IncidentFacts['backs'] {
  return orm.all(sql`
    select ${attempts.provider} as provider, ${attempts.startedAt} as at, ${attempts.requestId} as requestId
    from ${attempts}
    where ${attempts.provider} = ${provider} and ${attempts.startedAt} >= ${at} and ${attempts.outcome} = 'succeeded'
      and ${attempts.drill} is null
    order by ${attempts.startedAt}, ${attempts.requestId} limit 1`);
}

function mitigationOf(orm: BetterSQLite3Database, ask: FactsAsk, chains: string[]): IncidentFacts['mitigation'] {
  const { incident, to } = ask;
  if (incident.providers.length === 0) return null;
  const [row] = orm.all<NonNullable<IncidentFacts['mitigation']>>(sql`
    select ${requests.servedBy} as provider, ${requests.startedAt} as at, ${requests.id} as requestId
    from ${requests}
    where ${movedOn} and ${requests.chain} in ${names(chains)} and ${requests.servedBy} not in ${names(incident.providers)}
      and ${requests.startedAt} >= ${incident.detectedAt} and ${requests.startedAt} < ${to}
    order by ${requests.startedAt}, ${requests.id} limit 1`);
  return row ?? null;
}

function firstErrorOf(orm: BetterSQLite3Database, ask: FactsAsk, chains: string[]): IncidentFacts['firstError'] {
  const [row] = orm.all<NonNullable<IncidentFacts['firstError']>>(sql`
    select ${requests.chain} as chain, ${requests.startedAt} as at, ${requests.id} as requestId
    from ${requests}
    where ${felt} and ${requests.chain} in ${names(chains)}
      and ${requests.startedAt} >= ${ask.incident.beganAt} and ${requests.startedAt} < ${ask.to}
    order by ${requests.startedAt}, ${requests.id} limit 1`);
  return row ?? null;
}
