/** An attempt that moved a circuit. */
export interface Evidence {
  /** `<request id>/<ordinal>` */
  id: string;
  requestId: string;
}

/** Attempts looked up and linked at most. */
export const maxEvidence = 10;

export function readEvidence(ids: readonly string[]): Evidence[] {
  return ids.slice(0, maxEvidence).flatMap((id) => {
    const [, requestId] = /^(.+)\/\d+$/.exec(id) ?? [];
    return requestId === undefined ? [] : [{ id, requestId }];
  });
}

/** Attempts that failed in the same way. */
export interface EvidenceGroup {
  /** `4 time-outs`, `one 503` */
  words: string;
  evidence: Evidence[];
}

/** What went wrong, the most frequent first. `found`: the attempts in the record so far; what is missing is left out. */
export function groupEvidence(
  evidence: readonly Evidence[],
  found: readonly { id: string; word: string }[],
): EvidenceGroup[] {
  const words = new Map(found.map(({ id, word }) => [id, word]));
  const groups = new Map<string, Evidence[]>();
  for (const item of evidence) {
    const word = words.get(item.id);
    if (word === undefined) continue;
    const noun = nouns[word] ?? word;
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
