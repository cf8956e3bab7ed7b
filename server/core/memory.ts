/** What the program has for itself: code, figures of the last hour, events for pages, and what the engine begins with. */
const OWN_BYTES = 90_000_000;
const LEAST_ROOM_BYTES = 8_000_000;
/** Of what is left; the rest is for what is at work at the moment, and for garbage that is not collected yet. */
const SHARES = { bodies: 0.5, answers: 0.2, records: 0.1 };
/** One finished request that waits for the disk. */
const RECORD_BYTES = 2_000;

/** What the heap has room for, beside what the config allows. */
export interface MemoryShares {
  /** By `weightOf`. */
  bodiesBytes: number;
  answersBytes: number;
  records: number;
}

/** `heapBytes`: how far Node lets the heap grow, beyond which the process ends; null: not known, and nothing is bounded by it. */
export function sharesOfMemory(heapBytes: number | null): MemoryShares {
  const roomBytes = heapBytes === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_ROOM_BYTES, heapBytes - OWN_BYTES);
  return {
    bodiesBytes: roomBytes * SHARES.bodies,
    answersBytes: roomBytes * SHARES.answers,
    records: Math.floor((roomBytes * SHARES.records) / RECORD_BYTES),
  };
}
