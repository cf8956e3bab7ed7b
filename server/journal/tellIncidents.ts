import type { ReadIncident, Storage, WrittenIncident } from '../../db/storage.ts';
import { usualMs } from '../core/incidents/chainTroubles.ts';
import { goOnFrom, incidentsOf } from '../core/incidents/incidents.ts';
import { tickMsOf, windowOf } from '../core/incidents/lanes.ts';
import type { IncidentReport, IncidentRow, KeptIncident } from '../core/incidents/report.ts';
import { reportOf } from '../core/incidents/reportOf.ts';
import type { Incident } from '../core/incidents/types.ts';
import type { Figures } from '../core/savings/types.ts';
import { RecentMinutes } from './recentMinutes.ts';
import { toldBefore } from './toldBefore.ts';

/** Told at one look at most: what nobody has told yet is caught up with day by day, so that others are heard meanwhile. */
const stepMs = 24 * 3_600_000;
/** How far the record has been told is written down so seldom, if nothing else is: less than what is looked at again. */
const markEveryMs = 600_000;
/** Of the newest incidents so many are looked at, to know what has been told. */
const newest = 20;
/** What is not over is counted again so seldom that it costs a small share of its time. */
const recount = { leastMs: 10_000, share: 60, cost: 30 };

export interface TellDeps {
  storage: Pick<
    Storage,
    | 'readTransitions'
    | 'readMinutes'
    | 'readIncident'
    | 'listIncidents'
    | 'getIncident'
    | 'writeIncidents'
    | 'incidentsToldUntil'
    | 'listKept'
  >;
  /** What leaving its providers alone has saved; null: it cannot be told. */
  savings: (incident: Incident, to: number) => Promise<Figures | null>;
  /** For how long a count takes; decides how soon it is done again. */
  now: () => number;
}

export interface Look {
  written: boolean;
  /** The record has been told only a day further: it is to be looked at again at once. */
  more: boolean;
  /** How far it has been told, ms since 1970. */
  until: number;
}

/**
 * Keeps the table of incidents as the record tells it: one look at a time, each from where the one before ended, also the one
 * of a run before.
 */
export class IncidentTeller {
  private readonly deps: TellDeps;
  private readonly minutes: RecentMinutes;
  private toldUntil: number | null = null;
  /** How each that is not over was last written, and when it is counted again. */
  private readonly written = new Map<string, { shape: string; countAgainAt: number }>();
  /** While it catches up: what goes on at the end of a day that is long past is written when it is over, or when now is reached. */
  private unwritten: Incident[] = [];
  private mark = Number.NEGATIVE_INFINITY;

  constructor(deps: TellDeps) {
    this.deps = deps;
    this.minutes = new RecentMinutes(deps.storage);
  }

  /** Tells the record up to now, ms since 1970, or a day further than before. Rejects with `StorageError`. */
  async look(now: number): Promise<Look> {
    const { storage } = this.deps;
    const { over, going } = await this.known();
    const told = this.toldUntil ?? (await toldBefore(storage, { over, going, now }));
    const until = Math.min(now, told + stepMs);
    const more = until < now;
    const anew = new Set(this.unwritten.map(({ key }) => key));
    const before = [...going.filter(({ key }) => !anew.has(key)).map(incidentOf), ...this.unwritten];
    const reach = { ...goOnFrom([...over.map(asOver), ...before], told), until };
    const minutesFrom = reach.judgedFrom - usualMs;
    const record = {
      ...(await storage.readTransitions({ from: Math.min(reach.since, minutesFrom), to: until })),
      ...(await this.minutes.of(minutesFrom, until)),
    };
    const incidents = incidentsOf(record, reach);
    const changes = await this.changesOf(incidents, going, { until, more });
    const unwritten = more ? incidents.filter(({ state }) => state !== 'resolved') : [];
    const mark = Math.min(until, ...unwritten.map(({ detectedAt }) => detectedAt - 1));
    if (changes.length > 0 || mark - this.mark >= markEveryMs) {
      await storage.writeIncidents(changes, mark);
      this.mark = mark;
    }
    this.unwritten = unwritten;
    this.toldUntil = until;
    this.forget(incidents);
    return { written: changes.length > 0, more, until };
  }

  private async changesOf(
    incidents: readonly Incident[],
    going: readonly KeptIncident[],
    { until, more }: { until: number; more: boolean },
  ): Promise<WrittenIncident[]> {
    const changes: WrittenIncident[] = [];
    const done = new Set<string>();
    for (const incident of incidents) {
      const same = going.find(({ key }) => key === incident.key);
      const before = same ?? going.find((other) => !done.has(other.key) && isSame(other, incidents, incident));
      if (before) done.add(before.key);
      if (this.isTold(incident, until) || (more && incident.state !== 'resolved')) continue;
      changes.push(await this.write(incident, before, until));
    }
    for (const gone of going.filter(({ key }) => !done.has(key))) changes.push(withdrawn(gone));
    return changes;
  }

  private async known(): Promise<{ over: IncidentRow[]; going: KeptIncident[] }> {
    const { storage } = this.deps;
    const { rows } = await storage.listIncidents({ limit: newest });
    const going: KeptIncident[] = [];
    for (const { id } of rows.filter(({ state }) => state !== 'resolved')) {
      const incident = await storage.getIncident(id);
      if (incident) going.push(incident);
    }
    return { over: rows.filter(({ state }) => state === 'resolved'), going };
  }

  /** As it was last written, and not yet due to be counted again. While it is watched, what was in flight at its end still ends. */
  private isTold(incident: Incident, until: number): boolean {
    const last = this.written.get(incident.key);
    if (last?.shape !== shapeOf(incident)) return false;
    return incident.state === 'resolved' || until < last.countAgainAt;
  }

  private async write(incident: Incident, before: KeptIncident | undefined, until: number): Promise<WrittenIncident> {
    const began = this.deps.now();
    const report = await this.report(incident, until);
    const tookMs = this.deps.now() - began;
    const againMs = Math.max(recount.leastMs, (until - incident.beganAt) / recount.share, tookMs * recount.cost);
    this.written.set(incident.key, { shape: shapeOf(incident), countAgainAt: until + againMs });
    const was = before && before.key !== incident.key ? before.key : null;
    return { key: incident.key, was, row: rowOf(incident, report), report };
  }

  private async report(incident: Incident, until: number): Promise<IncidentReport> {
    const to = incident.endedAt ?? until;
    const window = windowOf(incident, to);
    const ask = { incident, to, asOf: until, window, tickMs: tickMsOf(window), closes: closesOf(incident) };
    const { events, facts }: ReadIncident = await this.deps.storage.readIncident(ask);
    const savings = await this.deps.savings(incident, to);
    const counted = { from: incident.beganAt, to };
    return reportOf({ incident, events, facts, savings, window, counted, asOf: until });
  }

  private forget(incidents: readonly Incident[]): void {
    const shown = new Set(incidents.map(({ key }) => key));
    for (const key of this.written.keys()) if (!shown.has(key)) this.written.delete(key);
  }
}

function asOver({ state, quietUntil, detectedAt }: IncidentRow): Parameters<typeof goOnFrom>[0][number] {
  return { state, quietUntil, detectedAt, troubles: [], ours: null };
}

function incidentOf({ report, row }: KeptIncident): Parameters<typeof goOnFrom>[0][number] {
  const { state, quietUntil, troubles, ours } = report;
  return { state, quietUntil, troubles, ours, detectedAt: row.detectedAt };
}

/** Rows that came late have moved its beginning: it is the same where they share a trouble, and nobody else goes by its name. */
function isSame(known: KeptIncident, incidents: readonly Incident[], incident: Incident): boolean {
  if (incidents.some(({ key }) => key === known.key)) return false;
  return known.report.troubles.some(({ key, beganAt, detectedAt }) =>
    incident.troubles.some((trouble) => {
      return trouble.key === key || (trouble.beganAt <= detectedAt && beganAt <= trouble.detectedAt);
    }),
  );
}

/** Rows that came late have shown that it was none. Its number and what people wrote on it stay. */
function withdrawn({ key, row: { id: _id, ...row }, report }: KeptIncident): WrittenIncident {
  const resolvedAt = report.milestones.resolvedAt ?? row.quietUntil ?? report.asOf;
  const milestones = { ...report.milestones, resolvedAt, endedBy: 'rows that came late show that it was none' };
  return {
    key,
    was: null,
    row: { ...row, state: 'resolved', resolvedAt },
    report: { ...report, state: 'resolved', milestones, quietUntil: report.quietUntil ?? report.asOf },
  };
}

function shapeOf({ state, title, troubles, ours }: Incident): string {
  return JSON.stringify([state, title, troubles, ours]);
}

/** When each circuit closed for the last time, of those that have. */
function closesOf({ providers, troubles }: Incident): { provider: string; at: number }[] {
  return providers.flatMap((provider) => {
    const ends = troubles
      .filter(({ kind, subject }) => kind === 'circuit' && subject === provider)
      .map(({ endedAt }) => endedAt)
      .filter((endedAt) => endedAt !== null);
    return ends.length > 0 ? [{ provider, at: Math.max(...ends) }] : [];
  });
}

function rowOf(incident: Incident, { milestones, chains, impact }: IncidentReport): Omit<IncidentRow, 'id'> {
  const { state, title, quietUntil, providers, troubles } = incident;
  const { beganAt, detectedAt, mitigatedAt, backAt, resolvedAt } = milestones;
  return {
    ...{ state, title, beganAt, detectedAt, mitigatedAt, backAt, resolvedAt, quietUntil, providers, chains },
    errors: impact.errors,
    openings: troubles.filter(({ kind }) => kind === 'circuit').length,
  };
}
