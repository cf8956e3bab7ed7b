import type { Settlement } from './circuit/settle.ts';

/** What came of a synthetic one-token call. */
export interface PingResult {
  ok: boolean;
  /** As in the trail: `ok`, a status, `firstToken`, … */
  word: string;
  status: number | null;
  ms: number;
  /** Null: the price is not known. */
  costNanoUsd: number | null;
  settlement: Settlement;
}

/** Our own stop ended it: it says nothing of the provider. */
export function wasCut({ word }: Pick<PingResult, 'word'>): boolean {
  return word === 'shutdown';
}

/** Makes one such call; never rejects. */
export type Ping = (provider: string) => Promise<PingResult>;
