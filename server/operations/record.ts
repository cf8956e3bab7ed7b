import type { Page, RequestCounts, RequestCountsFilter, RequestFilter, RequestRow, Storage } from '../../db/storage.ts';
import { StorageError } from '../../db/storage.ts';
import type { AuditCounts, AuditParts } from '../core/auditFilter.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import { timeOfId } from '../core/idTime.ts';
import type { AuditRecord, RequestRecord } from '../core/records.ts';
import { type Kept, type KeptKind, keptBecause, type RetentionSettings } from '../core/retention.ts';
import { OperationError } from './errors.ts';

/** Reading the record. All throw `OperationError`: `bad_request` for a wrong cursor, `unavailable` when it cannot be read. */

export function listRequests(storage: Storage, filter: RequestFilter): Promise<Page<RequestRow>> {
  return read(() => storage.listRequests(filter));
}

/** How many there are of each value of a filter. */
export function countRequests(storage: Storage, filter: RequestCountsFilter): Promise<RequestCounts> {
  return read(() => storage.countRequests(filter));
}

/** One request, and by the ordinals of its skips the transition that had put the circuit into the state it was skipped for. */
export type ExplainedRequest = RequestRecord & { transitions: Record<number, CircuitEvent> };

/** Transitions looked through for one skip at most. */
const maxLookedThrough = 50;

/** One request with every attempt and skip, and why; `not_found` when it is not in the record. */
export async function getRequest(storage: Storage, id: string): Promise<ExplainedRequest> {
  const found = await read(() => storage.getRequest(id));
  if (found) return { ...found, transitions: await transitionsOf(storage, found) };
  throw new OperationError('not_found', await whyMissing(storage, id));
}

async function whyMissing(storage: Storage, id: string): Promise<string> {
  const at = timeOfId(id);
  const before = await letGoBefore(storage, 'requests');
  if (at === null || before === null || at >= before) {
    return `There is no request "${id}" in the record: it may be too old, or still under way.`;
  }
  const [began, end] = [at, before].map((ms) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  return `Request "${id}" began ${began}, and requests of before ${end} were let go (retention.requests). It is still counted in its minute.`;
}

/** From when on there are rows of a kind; null: none was let go. */
export async function letGoBefore(storage: Pick<Storage, 'listKept'>, kind: KeptKind): Promise<number | null> {
  const kept = await read(() => storage.listKept());
  return kept.find((each) => each.kind === kind)?.letGoBefore ?? null;
}

/** Each kind of row: for how long it is kept and why, the eldest there is, and what was let go. */
export async function listKept(storage: Storage, retention: RetentionSettings): Promise<KeptShown[]> {
  const kept = await read(() => storage.listKept());
  return kept.map((each) => ({
    ...each,
    keptMs: retention[`${each.kind}Ms`],
    because: keptBecause[each.kind],
  }));
}

export type KeptShown = Kept & { keptMs: number; because: string };

async function transitionsOf(
  storage: Storage,
  { node, attempts }: RequestRecord,
): Promise<Record<number, CircuitEvent>> {
  const skips = attempts.filter(({ outcome, circuitState }) => outcome === 'skipped' && circuitState !== 'closed');
  const found = await Promise.all(
    skips.map(async ({ ordinal, provider, startedAt, circuitState }) => {
      const filter = { provider, to: startedAt + 1, limit: maxLookedThrough };
      const { rows } = await read(() => storage.listEvents(filter));
      const event = rows.find((each) => each.node === node && each.to === circuitState && each.from !== circuitState);
      return event ? [[ordinal, event] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** What an attempt was, by the id it has in a transition's evidence. */
export interface EvidenceFound {
  id: string;
  /** As in a trail: `503`, `firstToken`. */
  word: string;
}

/** The attempts among `ids` (`<request id>/<ordinal>`) that are in the record. A request still under way is in it soon. */
export async function findEvidence(storage: Storage, ids: readonly string[]): Promise<EvidenceFound[]> {
  const requests = [...new Set(ids.map((id) => id.slice(0, id.lastIndexOf('/'))))];
  const found = await Promise.all(requests.map((id) => read(() => storage.getRequest(id))));
  const words = new Map<string, string>();
  for (const request of found)
    for (const { ordinal, word } of request?.attempts ?? []) words.set(`${request?.id}/${ordinal}`, word);
  return ids.flatMap((id) => {
    const word = words.get(id);
    return word === undefined ? [] : [{ id, word }];
  });
}

export function listEvents(
  storage: Storage,
  filter: Parameters<Storage['listEvents']>[0],
): Promise<Page<CircuitEvent>> {
  return read(() => storage.listEvents(filter));
}

export function listAudit(storage: Storage, filter: Parameters<Storage['listAudit']>[0]): Promise<Page<AuditRecord>> {
  return read(() => storage.listAudit(filter));
}

/** How many acts there are of each value of a filter. */
export function countAudit(storage: Storage, filter: AuditParts): Promise<AuditCounts> {
  return read(() => storage.countAudit(filter));
}

/** One act; `not_found` when it is not in the record. */
export async function getAudit(storage: Storage, id: string): Promise<AuditRecord> {
  const found = await read(() => storage.getAudit(id));
  if (found) return found;
  throw new OperationError('not_found', `There is no act "${id}" in the audit: it may not be written yet.`);
}

/** Translates what a storage throws. */
export async function read<Result>(statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'bad_request') throw new OperationError('bad_request', error.message, { cause: error });
    throw new OperationError('unavailable', `The record cannot be read now: ${error.message}`, { cause: error });
  }
}
