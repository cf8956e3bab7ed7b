import type { Alert, Delivery } from '../../server/core/alerts/types.ts';
import type { AuditCounts, AuditParts } from '../../server/core/auditFilter.ts';
import type { CircuitEvent, StoredCircuit } from '../../server/core/circuit/types.ts';
import type { FactsAsk, IncidentRow, KeptIncident } from '../../server/core/incidents/report.ts';
import type { TroubleRecord } from '../../server/core/incidents/types.ts';
import type { ChainMinute, ProviderMinute } from '../../server/core/minutes.ts';
import type {
  AuditRecord,
  ProbeRecord,
  RequestRecord,
  SessionRecord,
  SpentByClient,
} from '../../server/core/records.ts';
import type { Kept } from '../../server/core/retention.ts';
import type { BillingShareRecord } from '../../server/core/savings/shares.ts';
import type {
  Access,
  AlertChange,
  AttemptsFilter,
  AuditFilter,
  Batch,
  Carried,
  ChainMinutesFilter,
  EventFilter,
  IncidentFilter,
  LetGoAsk,
  ListedAlerts,
  ListedAttempt,
  Minutes,
  Page,
  ProbeFilter,
  ProviderMinutesFilter,
  ReadIncident,
  RequestCounts,
  RequestCountsFilter,
  RequestFilter,
  RequestRow,
  SavingsSlice,
  SavingsSpan,
  SessionChange,
  StorageErrorCode,
  StoredAct,
  WrittenIncident,
  WrittenNote,
} from '../storage.ts';

/** What the main thread asks of a storage thread, and what it answers: plain data, copied on the way. */
export interface Verbs {
  open: { ask: OpenAsk; answer: Opened };
  /** Is the file that is open still the one at its path? */
  check: { ask: null; answer: 'same' | 'gone' | 'replaced' };
  /** Opens what is at the path now. If nothing is, the writer first saves there what it still holds. */
  reopen: { ask: OpenAsk; answer: Opened };
  append: { ask: Batch; answer: null };
  act: { ask: StoredAct; answer: null };
  restore: { ask: string; answer: { circuits: StoredCircuit[]; lastSeq: number } };
  listRequests: { ask: RequestFilter; answer: Page<RequestRow> };
  countRequests: { ask: RequestCountsFilter; answer: RequestCounts };
  getRequest: { ask: string; answer: RequestRecord | null };
  listEvents: { ask: EventFilter; answer: Page<CircuitEvent> };
  listAudit: { ask: AuditFilter; answer: Page<AuditRecord> };
  countAudit: { ask: AuditParts; answer: AuditCounts };
  getAudit: { ask: string; answer: AuditRecord | null };
  listChainMinutes: { ask: ChainMinutesFilter; answer: Minutes<ChainMinute> };
  listProviderMinutes: { ask: ProviderMinutesFilter; answer: Minutes<ProviderMinute> };
  /** Adds so many requests to the minute tables that are older than these. */
  countOlder: { ask: number; answer: { more: boolean } };
  /** Adds up the minutes of the eldest hour that is not yet, if it was over before this moment. */
  rollUp: { ask: number; answer: { more: boolean } };
  /** Adds up about so many skips that are not yet. */
  addUpSkips: { ask: number; answer: { more: boolean } };
  listAttempts: { ask: AttemptsFilter; answer: ListedAttempt[] };
  listProbes: { ask: ProbeFilter; answer: Page<ProbeRecord> };
  lastProbes: { ask: null; answer: ProbeRecord[] };
  mostCarried: { ask: { from: number; to: number }; answer: Carried[] };
  spentBetween: { ask: { from: number; to: number }; answer: SpentByClient[] };
  countSavings: { ask: SavingsSpan; answer: SavingsSlice };
  listBillingShares: { ask: null; answer: BillingShareRecord[] };
  /** Those that end later than this, ms since 1970. */
  listSessions: { ask: number; answer: SessionRecord[] };
  listAccess: { ask: null; answer: Access };
  writeSessions: { ask: SessionChange; answer: null };
  readAlerts: { ask: null; answer: { alerts: Alert[]; waiting: Delivery[] } };
  writeAlerts: { ask: AlertChange; answer: null };
  listAlerts: { ask: number; answer: ListedAlerts };
  listIncidents: { ask: IncidentFilter; answer: Page<IncidentRow> };
  getIncident: { ask: number; answer: KeptIncident | null };
  writeIncidents: { ask: { incidents: WrittenIncident[]; toldUntil?: number | undefined }; answer: null };
  incidentsToldUntil: { ask: null; answer: number | null };
  writeNote: { ask: WrittenNote; answer: number };
  readTransitions: { ask: { from: number; to: number }; answer: Pick<TroubleRecord, 'events' | 'evidence'> };
  readMinutes: { ask: { from: number; to: number }; answer: Pick<TroubleRecord, 'chains' | 'providers'> };
  readIncident: { ask: FactsAsk; answer: ReadIncident };
  letGo: { ask: LetGoAsk; answer: { rows: number; more: boolean } };
  listKept: { ask: null; answer: Kept[] };
  close: { ask: null; answer: null };
}

export type Verb = keyof Verbs;

export interface OpenAsk {
  /** An absolute path, or `:memory:`. */
  path: string;
  role: Role;
  /** Ms since 1970, for the names of files put beside the database. */
  stamp: number;
  /** Pages of 4 kB the file may grow to, or null: as many as the disk takes. */
  maxPages: number | null;
}

/** The writer migrates; the reader may not write; `both` is for a database in memory, which only its connection sees. */
export type Role = 'writer' | 'reader' | 'both';

export interface Opened {
  /** Where the database was copied to before a migration, or null: there was nothing to migrate or nothing in it. */
  backup: string | null;
  /** The file was gone, and was written anew from what was still open. */
  saved: boolean;
}

export interface Message<V extends Verb = Verb> {
  id: number;
  verb: V;
  ask: Verbs[V]['ask'];
}

export type Reply =
  | { id: number; ok: true; answer: Verbs[Verb]['answer'] }
  | { id: number; ok: false; code: StorageErrorCode; message: string };
