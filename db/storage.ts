import type { AuditCounts, AuditParts } from '../server/core/auditFilter.ts';
import type { CircuitEvent, StoredCircuit } from '../server/core/circuit/types.ts';
import type { FacetCounts } from '../server/core/facets.ts';
import type {
  FactsAsk,
  IncidentFacts,
  IncidentReport,
  IncidentRow,
  KeptIncident,
} from '../server/core/incidents/report.ts';
import type { TroubleRecord } from '../server/core/incidents/types.ts';
import type { StorageStatus } from '../server/core/live.ts';
import type { ChainMinute, ProviderMinute } from '../server/core/minutes.ts';
import type {
  AttemptRecord,
  AuditRecord,
  ProbeRecord,
  RequestOutcome,
  RequestRecord,
  RequestRow,
  SessionRecord,
  SpentByClient,
} from '../server/core/records.ts';
import type { Kept, LetGoAsk } from '../server/core/retention.ts';
import type { Access, SessionChange } from './access.ts';
import type { AlertStorage } from './alerts.ts';
import type { Carried, SavingsStorage, ShareChange } from './savings.ts';

export type { Access, SessionChange } from './access.ts';
export type { AlertChange, AlertStorage, ListedAlerts } from './alerts.ts';
export type { Carried, SavingsSlice, SavingsSpan } from './savings.ts';
export type { LetGoAsk, RequestRow, StorageStatus };

/**
 * Where the record is kept. SQLite in two threads implements it; every other storage passes the same tests
 * (`test/db/storage.contract.ts`). No call blocks the event loop; each rejects with `StorageError` and nothing else.
 */
export interface Storage extends SavingsStorage, AlertStorage {
  /** What circuits were when the last process ended, and the last event number of this node (0: none). */
  restore(node: string): Promise<{ circuits: StoredCircuit[]; lastSeq: number }>;

  /** Writes a batch in one transaction. Rows written before are left as they are, so a batch may be given twice. */
  append(batch: Batch): Promise<void>;

  /**
   * Writes an act by hand: event, circuit and audit row in one transaction, flushed to the disk, ahead of waiting batches.
   * Kept and tried again until it is written; resolves when it is on disk. Safe to give twice.
   */
  act(act: StoredAct): Promise<void>;

  listRequests(filter: RequestFilter): Promise<Page<RequestRow>>;
  /** How many requests fit a filter, and how many each of its parts would leave. */
  countRequests(filter: RequestCountsFilter): Promise<RequestCounts>;
  /** One request with every attempt and skip in order, or null. */
  getRequest(id: string): Promise<RequestRecord | null>;
  /** Transitions, newest first. */
  listEvents(filter: EventFilter): Promise<Page<CircuitEvent>>;
  /** Audit rows, newest first. */
  listAudit(filter: AuditFilter): Promise<Page<AuditRecord>>;
  countAudit(filter: AuditParts): Promise<AuditCounts>;
  getAudit(id: string): Promise<AuditRecord | null>;

  /**
   * Minutes of chains, eldest first; those in which a chain had no request have no row. A request is in them from the moment
   * it is in a list, and never twice. They outlive the requests they were counted from.
   */
  listChainMinutes(filter: ChainMinutesFilter): Promise<Minutes<ChainMinute>>;
  /** Minutes of providers, eldest first, likewise. */
  listProviderMinutes(filter: ProviderMinutesFilter): Promise<Minutes<ProviderMinute>>;

  /** Attempts and skips at one provider by the moment they began, eldest first; no more than `limit`. */
  listAttempts(filter: AttemptsFilter): Promise<ListedAttempt[]>;
  /** Calls of our own to one provider, newest first. */
  listProbes(filter: ProbeFilter): Promise<Page<ProbeRecord>>;
  /** The newest probe of each kind of each provider. */
  lastProbes(): Promise<ProbeRecord[]>;
  /** The most requests that each provider has answered in any sixty seconds that end within the span. */
  mostCarried(span: { from: number; to: number }): Promise<Carried[]>;
  /** What each client's requests have cost that began at `from` (ms since 1970) or later, before `to`: as far as that is known. */
  spentBetween(span: { from: number; to: number }): Promise<SpentByClient[]>;
  /** Sessions that have not ended yet. */
  listSessions(now: number): Promise<SessionRecord[]>;
  /** Every token and person there is, or was. */
  listAccess(): Promise<Access>;
  /** Puts and ends sessions in one transaction, flushed to the disk. Safe to give twice. */
  writeSessions(change: SessionChange): Promise<void>;

  /** Incidents, those that are not over first, then the newest. */
  listIncidents(filter: IncidentFilter): Promise<Page<IncidentRow>>;
  /** One incident with all that is told of it, or null. */
  getIncident(id: number): Promise<KeptIncident | null>;
  /**
   * Writes how incidents stand, in one transaction, in the order given, and up to where the record has been told with that. One
   * that is resolved stays as it is for good.
   */
  writeIncidents(incidents: WrittenIncident[], toldUntil?: number): Promise<void>;
  /** Up to where incidents have been told, ms since 1970; null: they never were. */
  incidentsToldUntil(): Promise<number | null>;
  /** Keeps a note, or a star, with its audit row, flushed to the disk. The note's number; 0 for a star. */
  writeNote(note: WrittenNote): Promise<number>;
  /** Transitions of a span, both ends inclusive, with the last before it of each provider, and when what opened circuits began. */
  readTransitions(span: { from: number; to: number }): Promise<Pick<TroubleRecord, 'events' | 'evidence'>>;
  /** The minutes of a span (ms since 1970, `to` exclusive), of chains and of providers, as far as they bear on incidents. */
  readMinutes(span: { from: number; to: number }): Promise<Pick<TroubleRecord, 'chains' | 'providers'>>;
  /** What the record holds of the time of one incident. */
  readIncident(ask: FactsAsk): Promise<ReadIncident>;

  /** Lets go of the eldest rows of a kind, in one short transaction that notes it; requests with their attempts, once counted. */
  letGo(ask: LetGoAsk): Promise<{ rows: number; more: boolean }>;
  /** What there is of each kind, and what was let go. */
  listKept(): Promise<Kept[]>;

  status(): StorageStatus;
  /** Writes what was accepted, within `graceMs`, and closes. */
  close(graceMs: number): Promise<void>;
}

export interface Batch {
  requests: RequestRecord[];
  /** Transitions that came by themselves, each with the circuit after it. */
  events: { event: CircuitEvent; stored: StoredCircuit }[];
  /** Audit rows of what was refused, sign-ins, and the like. */
  audit: AuditRecord[];
  probes: ProbeRecord[];
}

export interface ReadIncident {
  /** Transitions within the window, and the last before it of each provider. */
  events: CircuitEvent[];
  facts: IncidentFacts;
}

export interface WrittenIncident {
  key: string;
  /** The key it was written by until now, where late rows have changed its beginning; else null. */
  was: string | null;
  row: Omit<IncidentRow, 'id'>;
  report: IncidentReport;
}

export interface WrittenNote {
  incidentId: number;
  /** The row it puts a star on or takes one off; null: a note of its own. */
  rowId: string | null;
  text: string | null;
  at: number;
  notedAt: number;
  who: string;
  starred: boolean;
  audit: AuditRecord;
}

export interface StoredAct {
  event: CircuitEvent | null;
  stored: StoredCircuit | null;
  /** Tokens and people as they are after the act. */
  access?: Access | undefined;
  audit: AuditRecord;
  /** Written, or taken away, in the same transaction. */
  share?: ShareChange;
}

/** A page of a list and the cursor of the next one; null: this was the last. */
export interface Page<Row> {
  rows: Row[];
  next: string | null;
}

export interface RequestFilter {
  /** Ms since 1970, from inclusive, to exclusive. */
  from?: number | undefined;
  to?: number | undefined;
  chain?: string | undefined;
  client?: string | undefined;
  outcome?: RequestOutcome | undefined;
  servedBy?: string | undefined;
  /** Only those with an attempt or a skip at this provider. */
  provider?: string | undefined;
  /** Only those with an attempt that failed, or was skipped, this way; with `provider`: at that provider. */
  failureKind?: string | undefined;
  /** If true: only those answered by another provider than the first of their trail. */
  fallback?: boolean | undefined;
  /** If true: only those whose answer broke off and was gone on with by another provider. */
  rescued?: boolean | undefined;
  /** If true: only those in which the caller got an error or a broken answer. */
  felt?: boolean | undefined;
  /** Cursor of the page before. */
  before?: string | undefined;
  /** 1 to 500. */
  limit: number;
}

export type RequestCountsFilter = Omit<RequestFilter, 'before' | 'limit'>;

export interface RequestCounts {
  counts: FacetCounts;
  /**
   * The time that was counted, ms since 1970: from inclusive, to exclusive; null: from the beginning, up to now. As asked for;
   * where thousands of requests began in a minute beside it, that whole minute.
   */
  from: number | null;
  to: number | null;
  /** As in `Minutes`. */
  complete: boolean;
}

export interface ChainMinutesFilter {
  /** Ms since 1970: from the whole step that `from` lies in, inclusive, up to the whole minute that `to` lies in, exclusive. */
  from: number;
  to: number;
  chain?: string | undefined;
  /** Minutes are added up to steps of this length, a whole number of minutes; without it each is given. */
  stepMs?: number | undefined;
}

export interface ProviderMinutesFilter extends ChainMinutesFilter {
  provider?: string | undefined;
}

/** At most 20,000 rows; more are refused as `bad_request`. */
export interface Minutes<Row> {
  rows: Row[];
  stepMs: number;
  /** False: requests of a version that kept no minutes are still being counted, so that there may be more than is said. */
  complete: boolean;
}

export interface AttemptsFilter {
  provider: string;
  /** Ms since 1970, from inclusive, to exclusive. */
  from: number;
  to: number;
  /** 1 to 100,000. */
  limit: number;
}

/** What of an attempt or a skip bears on its circuit. `id`: `<request id>/<ordinal>`. */
export type ListedAttempt = { id: string } & Pick<
  AttemptRecord,
  | 'outcome'
  | 'failureKind'
  | 'status'
  | 'circuitState'
  | 'permit'
  | 'startedAt'
  | 'firstTokenMs'
  | 'durationMs'
  | 'drill'
>;

export interface ProbeFilter {
  provider: string;
  /** Ms since 1970, from inclusive, to exclusive. */
  from?: number | undefined;
  to?: number | undefined;
  before?: string | undefined;
  limit: number;
}

export interface EventFilter {
  provider?: string | undefined;
  /** Ms since 1970, from inclusive, to exclusive. */
  from?: number | undefined;
  to?: number | undefined;
  before?: string | undefined;
  limit: number;
}

export interface IncidentFilter {
  /** Only those that are not over, or only those that are. */
  unresolved?: boolean | undefined;
  provider?: string | undefined;
  before?: string | undefined;
  limit: number;
}

export interface AuditFilter extends AuditParts {
  before?: string | undefined;
  limit: number;
}

/** `unavailable` may pass (locked, full, thread restarted); `unusable` will not (not a database, newer version); `bad_request`: the cursor or filter is wrong. */
export type StorageErrorCode = 'unavailable' | 'unusable' | 'bad_request';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
