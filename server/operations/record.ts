import type { Page, RequestCounts, RequestCountsFilter, RequestFilter, RequestRow, Storage } from '../../db/storage.ts';
import { StorageError } from '../../db/storage.ts';
import type { AuditCounts, AuditParts } from '../core/auditFilter.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import type { AuditRecord } from '../core/records.ts';
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
