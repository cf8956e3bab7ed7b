import type { Page, RequestFilter, RequestRow, Storage } from '../../db/storage.ts';
import { StorageError } from '../../db/storage.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import type { AuditRecord, RequestRecord } from '../core/records.ts';
import { OperationError } from './errors.ts';

/** Reading the record. All throw `OperationError`: `bad_request` for a wrong cursor, `unavailable` when it cannot be read. */

export function listRequests(storage: Storage, filter: RequestFilter): Promise<Page<RequestRow>> {
  return read(() => storage.listRequests(filter));
}

/** One request with every attempt and skip; `not_found` when it is not in the record. */
export async function getRequest(storage: Storage, id: string): Promise<RequestRecord> {
  const found = await read(() => storage.getRequest(id));
  if (found) return found;
  throw new OperationError(
    'not_found',
    `There is no request "${id}" in the record: it may be too old, or still under way.`,
  );
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
