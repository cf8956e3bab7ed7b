import type {
  Access,
  AlertChange,
  AttemptsFilter,
  Batch,
  Carried,
  EventFilter,
  IncidentFilter,
  LetGoAsk,
  ListedAlerts,
  ListedAttempt,
  Minutes,
  Page,
  ProbeFilter,
  RequestCounts,
  RequestCountsFilter,
  RequestFilter,
  RequestRow,
  SavingsSlice,
  SavingsSpan,
  SessionChange,
  Storage,
  StorageStatus,
  StoredAct,
  WrittenIncident,
  WrittenNote,
} from '../../db/storage.ts';
import { StorageError } from '../../db/storage.ts';
import type { Delivery } from '../../server/core/alerts/types.ts';
import type { AuditCounts } from '../../server/core/auditFilter.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import { countFacets, facetsOf } from '../../server/core/facets.ts';
import type { IncidentRow, KeptIncident } from '../../server/core/incidents/report.ts';
import type { ChainMinute, ProviderMinute } from '../../server/core/minutes.ts';
import { knownCostNanoUsd } from '../../server/core/money.ts';
import type {
  AuditRecord,
  ProbeRecord,
  RequestRecord,
  SessionRecord,
  SpentByClient,
} from '../../server/core/records.ts';
import type { Kept, KeptKind } from '../../server/core/retention.ts';
import type { BillingShareRecord } from '../../server/core/savings/shares.ts';
import { rowOfRequest } from '../../server/core/trail.ts';
import { countSlowly } from './savingsCount.ts';

/** A storage in plain arrays, whose disk a test can stop and start again. */
export class MemoryStorage implements Storage {
  readonly acts: StoredAct[] = [];
  readonly requests: RequestRecord[] = [];
  readonly probes: ProbeRecord[] = [];
  readonly events: CircuitEvent[] = [];
  readonly incidents: KeptIncident[] = [];
  toldUntil: number | null = null;
  readonly deliveries: Delivery[] = [];
  readonly shares = new Map<string, BillingShareRecord>();
  readonly sessions = new Map<string, SessionRecord>();
  /** How many rows of each kind are too old. */
  readonly tooOld: Partial<Record<KeptKind, number>> = {};
  readonly letGoAsks: LetGoAsk[] = [];
  readonly kept: Kept[] = [];
  /** `stuck`: acts wait until `unstick`; `broken`: everything is refused. */
  disk: 'well' | 'stuck' | 'broken' = 'well';
  private waiting: (() => void)[] = [];

  async restore(): Promise<{ circuits: []; lastSeq: number }> {
    return { circuits: [], lastSeq: 0 };
  }

  async append(batch: Batch): Promise<void> {
    this.requests.push(...batch.requests);
    this.probes.push(...batch.probes);
    this.events.push(...batch.events.map(({ event }) => event));
  }

  async act(act: StoredAct): Promise<void> {
    this.check();
    if (this.disk === 'stuck') await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.acts.push(act);
    const { share } = act;
    if (share && 'put' in share) this.shares.set(`${share.put.provider} ${share.put.kind}`, share.put);
    else if (share) this.shares.delete(`${share.drop.provider} ${share.drop.kind}`);
  }

  unstick(): void {
    this.disk = 'well';
    for (const resume of this.waiting.splice(0)) resume();
  }

  async listRequests(filter: RequestFilter): Promise<Page<RequestRow>> {
    this.check();
    if (filter.before === 'nonsense') throw new StorageError('bad_request', 'This cursor is of no page.');
    const rows = this.requests.filter((request) => !filter.chain || request.chain === filter.chain);
    return { rows: rows.slice(0, filter.limit).map(rowOfRequest), next: rows.length > filter.limit ? 'more' : null };
  }

  async countRequests(filter: RequestCountsFilter): Promise<RequestCounts> {
    this.check();
    const sums = this.requests.flatMap((request) => facetsOf(request).map((facet) => ({ ...facet, requests: 1 })));
    return { counts: countFacets(sums, filter), from: null, to: null, complete: true };
  }

  async getRequest(id: string): Promise<RequestRecord | null> {
    this.check();
    return this.requests.find((request) => request.id === id) ?? null;
  }

  async listEvents({
    provider,
    from = 0,
    to = Number.POSITIVE_INFINITY,
    limit,
  }: EventFilter): Promise<Page<CircuitEvent>> {
    this.check();
    const all = [...this.events, ...this.acts.flatMap((act) => (act.event ? [act.event] : []))];
    const found = all.filter(
      (event) => event.at >= from && event.at < to && (provider ?? event.provider) === event.provider,
    );
    return { rows: found.sort((one, other) => other.at - one.at || other.seq - one.seq).slice(0, limit), next: null };
  }

  async listAudit(): Promise<Page<AuditRecord>> {
    this.check();
    return { rows: this.acts.map((act) => act.audit), next: null };
  }

  async countAudit(): Promise<AuditCounts> {
    this.check();
    return { acts: this.acts.length, who: {}, what: {}, subject: {}, outcome: {} };
  }

  async getAudit(id: string): Promise<AuditRecord | null> {
    this.check();
    return this.acts.find((act) => act.audit.id === id)?.audit ?? null;
  }

  async listChainMinutes(): Promise<Minutes<ChainMinute>> {
    this.check();
    return { rows: [], stepMs: 60_000, complete: true };
  }

  async listProviderMinutes(): Promise<Minutes<ProviderMinute>> {
    this.check();
    return { rows: [], stepMs: 60_000, complete: true };
  }

  async listAttempts({ provider, from, to, limit }: AttemptsFilter): Promise<ListedAttempt[]> {
    this.check();
    const all = this.requests.flatMap(({ id, attempts }) =>
      attempts.map((attempt) => ({ ...attempt, id: `${id}/${attempt.ordinal}` })),
    );
    const inSpan = all.filter((row) => row.provider === provider && row.startedAt >= from && row.startedAt < to);
    return inSpan.sort((one, other) => one.startedAt - other.startedAt).slice(0, limit);
  }

  async listProbes({ provider, limit }: ProbeFilter): Promise<Page<ProbeRecord>> {
    this.check();
    const rows = this.probes.filter((probe) => probe.provider === provider).sort((one, other) => other.at - one.at);
    return { rows: rows.slice(0, limit), next: null };
  }

  async lastProbes(): Promise<ProbeRecord[]> {
    this.check();
    return this.probes;
  }

  async mostCarried(): Promise<Carried[]> {
    this.check();
    return [];
  }

  async spentBetween({ from, to }: { from: number; to: number }): Promise<SpentByClient[]> {
    this.check();
    const spent = new Map<string, number>();
    for (const request of this.requests.filter(({ startedAt }) => startedAt >= from && startedAt < to)) {
      const { client } = request;
      if (client !== null) spent.set(client, (spent.get(client) ?? 0) + knownCostNanoUsd(request));
    }
    return [...spent].map(([client, costNanoUsd]) => ({ client, costNanoUsd }));
  }

  async countSavings(span: SavingsSpan): Promise<SavingsSlice> {
    this.check();
    return countSlowly(this, span);
  }

  async listBillingShares(): Promise<BillingShareRecord[]> {
    this.check();
    return [...this.shares.values()];
  }

  async listSessions(now: number): Promise<SessionRecord[]> {
    this.check();
    return [...this.sessions.values()].filter(({ endsAt }) => endsAt > now);
  }

  async listAccess(): Promise<Access> {
    this.check();
    const last = <Row extends { id: string }>(rows: Row[]) => [...new Map(rows.map((row) => [row.id, row])).values()];
    return {
      tokens: last(this.acts.flatMap(({ access }) => access?.tokens ?? [])),
      people: last(this.acts.flatMap(({ access }) => access?.people ?? [])),
    };
  }

  async writeSessions({ put, drop }: SessionChange): Promise<void> {
    this.check();
    for (const session of put) this.sessions.set(session.hash, session);
    for (const hash of drop) this.sessions.delete(hash);
  }

  async readAlerts(): Promise<{ alerts: []; waiting: [] }> {
    this.check();
    return { alerts: [], waiting: [] };
  }

  async writeAlerts(change: AlertChange): Promise<void> {
    this.check();
    this.deliveries.push(...change.deliveries);
  }

  async listAlerts(): Promise<ListedAlerts> {
    this.check();
    return { alerts: [], deliveries: this.deliveries, last: this.deliveries, lastOfGoing: [] };
  }

  async listIncidents({ limit, unresolved }: IncidentFilter): Promise<Page<IncidentRow>> {
    this.check();
    const rows = this.incidents.map(({ row }) => row).reverse();
    const found = rows.filter(({ state }) => unresolved === undefined || unresolved === (state !== 'resolved'));
    return { rows: found.slice(0, limit), next: null };
  }

  async getIncident(id: number): Promise<KeptIncident | null> {
    this.check();
    return this.incidents.find(({ row }) => row.id === id) ?? null;
  }

  async writeIncidents(written: WrittenIncident[], toldUntil?: number): Promise<void> {
    this.check();
    this.toldUntil = toldUntil ?? this.toldUntil;
    for (const { key, was, row, report } of written) {
      const known = this.incidents.find((incident) => incident.key === (was ?? key));
      if (!known)
        this.incidents.push({ key, row: { id: this.incidents.length + 1, ...row }, report, notes: [], stars: [] });
      else if (known.row.state !== 'resolved') Object.assign(known, { key, report, row: { id: known.row.id, ...row } });
    }
  }

  incidentsToldUntil = async (): Promise<number | null> => this.toldUntil;

  async writeNote({ incidentId, rowId, text, audit, ...note }: WrittenNote): Promise<number> {
    this.check();
    const incident = this.incidents.find(({ row }) => row.id === incidentId);
    this.acts.push({ event: null, stored: null, audit });
    if (rowId !== null) incident?.stars.push({ rowId, starred: note.starred });
    const id = (incident?.notes.length ?? 0) + 1;
    if (rowId === null) incident?.notes.push({ id, text: text ?? '', ...note });
    return rowId === null ? id : 0;
  }

  async readTransitions(): Promise<{ events: []; evidence: [] }> {
    this.check();
    return { events: [], evidence: [] };
  }

  async readMinutes(): Promise<{ chains: []; providers: [] }> {
    this.check();
    return { chains: [], providers: [] };
  }

  async readIncident(): Promise<never> {
    throw new StorageError('unavailable', 'This storage tells no incident.');
  }

  async letGo(ask: LetGoAsk): Promise<{ rows: number; more: boolean }> {
    this.check();
    this.letGoAsks.push(ask);
    const rows = Math.min(ask.limit, this.tooOld[ask.kind] ?? 0);
    this.tooOld[ask.kind] = (this.tooOld[ask.kind] ?? 0) - rows;
    return { rows, more: rows === ask.limit };
  }

  async listKept(): Promise<Kept[]> {
    this.check();
    return this.kept;
  }

  status(): StorageStatus {
    const well = this.disk === 'well';
    return { state: well ? 'ok' : 'degraded', problem: well ? null : 'The disk does not answer.', since: 0 };
  }

  async close(): Promise<void> {}

  private check(): void {
    if (this.disk === 'broken') throw new StorageError('unavailable', 'The disk is full.');
  }
}
