import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';

/** An attempt that led to an opening. Its id in the record is `<request id>/<ordinal>`. */
export interface Evidence {
  requestId: string;
  ordinal: number;
}

/** Attempts looked up and linked at most. */
export const maxEvidence = 10;

export function readEvidence(ids: readonly string[]): Evidence[] {
  return ids.slice(0, maxEvidence).flatMap((id) => {
    const [, requestId, ordinal] = /^(.+)\/(\d+)$/.exec(id) ?? [];
    return requestId === undefined || ordinal === undefined ? [] : [{ requestId, ordinal: Number(ordinal) }];
  });
}

/** Attempts that failed in the same way. */
export interface EvidenceGroup {
  /** `4 time-outs`, `one 503` */
  words: string;
  evidence: Evidence[];
}

/** What is asked of a request in the record. */
type Found = Pick<RequestRecord, 'id'> & { attempts: Pick<AttemptRecord, 'ordinal' | 'word'>[] };

/** What went wrong, the most frequent first. `records`: the requests found so far; what is missing is left out. */
export function groupEvidence(evidence: readonly Evidence[], records: readonly Found[]): EvidenceGroup[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const groups = new Map<string, Evidence[]>();
  for (const item of evidence) {
    const attempt = byId.get(item.requestId)?.attempts.find(({ ordinal }) => ordinal === item.ordinal);
    if (!attempt) continue;
    const noun = nouns[attempt.word] ?? attempt.word;
    groups.set(noun, [...(groups.get(noun) ?? []), item]);
  }
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([noun, items]) => ({ words: counted(noun, items.length), evidence: items }));
}

/** Words of the trail for people; any other, such as a status, stands for itself. */
const nouns: Record<string, string> = {
  connect: 'failed connection',
  firstToken: 'time-out',
  idle: 'stalled answer',
  total: 'overlong answer',
  reset: 'broken connection',
  malformed: 'malformed answer',
  empty: 'empty answer',
};

function counted(noun: string, amount: number): string {
  if (amount === 1) return `one ${noun}`;
  return /^\d+$/.test(noun) ? `${amount} × ${noun}` : `${amount} ${noun}s`;
}
