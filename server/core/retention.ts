/** How long each kind of row is kept, and what of it is let go when. Pure. */

/** A key of `retention` each; the order in which they are let go. */
export const keptKinds = ['requests', 'probes', 'transitions', 'minutes', 'audit', 'incidents'] as const;
export type KeptKind = (typeof keptKinds)[number];

export type RetentionSettings = Readonly<Record<`${KeptKind}Ms`, number>>;

/** One kind as the record has it. Times are ms since 1970. */
export interface Kept {
  kind: KeptKind;
  /** The eldest row there is; null: there is none. */
  eldestAt: number | null;
  /** Rows of before this moment were let go; null: none was yet. */
  letGoBefore: number | null;
  /** So many in all. */
  letGoRows: number;
  letGoAt: number | null;
}

/** Which rows to let go, the eldest first. */
export interface LetGoAsk {
  kind: KeptKind;
  /** Ms since 1970. */
  before: number;
  /** 1 to 1,000. */
  limit: number;
  /** Now, ms since 1970. */
  at: number;
}

/** What is in it, and why it is kept for so long and no longer. */
export const keptBecause: Readonly<Record<KeptKind, string>> = {
  requests: 'requests with their attempts and skips: by far the most rows, and each is counted in its minute',
  probes: 'calls of our own: a cost and a sign of life, of no use once a provider has been seen again many times',
  transitions: 'what circuits did: few rows, from which incidents are told; the newest of each provider stays for good',
  minutes: 'sums by the minute of chains, providers and filters: what is left of requests that were let go',
  audit: 'who did what and why: few rows, and asked for when nobody remembers',
  incidents: 'each with its report, which needs no other row, and what people wrote on it',
};

/** What goes on is told from rows of before its beginning too. */
const leadMs = 3_600_000;

/**
 * From when on each kind is kept. `heldFrom`: when the eldest incident that is not over began, or null: what an incident is
 * told from stays until it is over, yet never for more than twice its time. Minutes outlive the requests that they find.
 */
export function keptFrom(
  settings: RetentionSettings,
  { now, heldFrom }: { now: number; heldFrom: number | null },
): Record<KeptKind, number> {
  const held = (ms: number): number => Math.max(now - 2 * ms, Math.min(now - ms, (heldFrom ?? now) - leadMs));
  const { requestsMs, probesMs, transitionsMs, minutesMs, auditMs, incidentsMs } = settings;
  return {
    requests: held(requestsMs),
    probes: held(probesMs),
    transitions: held(transitionsMs),
    minutes: Math.min(held(requestsMs), held(minutesMs)),
    audit: now - auditMs,
    incidents: now - incidentsMs,
  };
}
