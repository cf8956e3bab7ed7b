/** What is in flight through the gateway now, and how much of each it may hold. */
export interface GatewayLoad {
  requests: Held;
  streams: Held;
  connections: Held;
  bodiesBytes: Held;
  answersBytes: Held;
}

interface Held {
  now: number;
  limit: number;
}

/** What the process may have of the machine; null or absent: not known. */
export interface ProcessBounds {
  /** Files it may have open. */
  openFiles?: number | null;
  /** How far its heap may grow, in bytes. */
  heapBytes?: number | null;
}

/** What the process has used of the machine. */
export interface ProcessUsage {
  cpuSeconds: number;
  residentBytes: number;
  heapUsedBytes: number;
  /** How long the event loop was at work, of all its time. */
  loopActiveSeconds: number;
}
