import type { Batch } from '../../db/storage.ts';

export function sizeOf(batch: Batch): number {
  return batch.requests.length + batch.events.length + batch.audit.length + batch.probes.length;
}

/** The same records in two batches, in their order. */
export function halves(batch: Batch): [Batch, Batch] {
  const middle = Math.ceil(sizeOf(batch) / 2);
  return [part(batch, 0, middle), part(batch, middle, sizeOf(batch))];
}

function part({ requests, events, audit, probes }: Batch, from: number, to: number): Batch {
  const eventsFrom = requests.length;
  const auditFrom = eventsFrom + events.length;
  const probesFrom = auditFrom + audit.length;
  return {
    requests: requests.slice(from, to),
    events: events.slice(Math.max(0, from - eventsFrom), Math.max(0, to - eventsFrom)),
    audit: audit.slice(Math.max(0, from - auditFrom), Math.max(0, to - auditFrom)),
    probes: probes.slice(Math.max(0, from - probesFrom), Math.max(0, to - probesFrom)),
  };
}
