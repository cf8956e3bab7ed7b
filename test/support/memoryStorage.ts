import type { Batch, Page, RequestFilter, RequestRow, Storage, StorageStatus, StoredAct } from '../../db/storage.ts';
import { StorageError } from '../../db/storage.ts';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { AuditRecord, RequestRecord } from '../../server/core/records.ts';

/** A storage in plain arrays, whose disk a test can stop and start again. */
export class MemoryStorage implements Storage {
  readonly acts: StoredAct[] = [];
  readonly requests: RequestRecord[] = [];
  /** `stuck`: acts wait until `unstick`; `broken`: everything is refused. */
  disk: 'well' | 'stuck' | 'broken' = 'well';
  private waiting: (() => void)[] = [];

  async restore(): Promise<{ circuits: []; lastSeq: number }> {
    return { circuits: [], lastSeq: 0 };
  }

  async append(batch: Batch): Promise<void> {
    this.requests.push(...batch.requests);
  }

  async act(act: StoredAct): Promise<void> {
    this.check();
    if (this.disk === 'stuck') await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.acts.push(act);
  }

  unstick(): void {
    this.disk = 'well';
    for (const resume of this.waiting.splice(0)) resume();
  }

  async listRequests(filter: RequestFilter): Promise<Page<RequestRow>> {
    this.check();
    if (filter.before === 'nonsense') throw new StorageError('bad_request', 'This cursor is of no page.');
    const rows = this.requests.filter((request) => !filter.chain || request.chain === filter.chain);
    return { rows: rows.slice(0, filter.limit), next: rows.length > filter.limit ? 'more' : null };
  }

  async getRequest(id: string): Promise<RequestRecord | null> {
    this.check();
    return this.requests.find((request) => request.id === id) ?? null;
  }

  async listEvents(): Promise<Page<CircuitEvent>> {
    this.check();
    return { rows: this.acts.flatMap((act) => (act.event ? [act.event] : [])), next: null };
  }

  async listAudit(): Promise<Page<AuditRecord>> {
    this.check();
    return { rows: this.acts.map((act) => act.audit), next: null };
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
