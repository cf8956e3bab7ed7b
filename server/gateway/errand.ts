import type { ChatRequest } from '../core/body.ts';
import type { Clock } from '../core/clock.ts';
import type { Usage } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Told } from '../core/telemetry/requestTrace.ts';
import type { Seen } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import type { Interrupt } from './interrupt.ts';
import type { Upstream } from './upstream.ts';

export interface AttemptTools {
  upstream: Pick<Upstream, 'post' | 'linger'>;
  clock: Clock;
}

/** What one attempt is to do. */
export interface Errand {
  provider: ProviderSettings;
  request: ChatRequest;
  taker: Taker;
  interrupt: Interrupt;
  /** A fault to be played in the provider's place, by name. */
  drill?: string | null;
  /** Further headers for this call alone. */
  headers?: Record<string, string> | null;
  /** The provider's answer has begun, an error or not: headers with lower-case names. */
  onHeaders?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
  /** The first content came, so long after the start. */
  onContent: (firstTokenMs: number) => void;
  /** The provider gave a sign of life: an error, or content, the first or more of it. */
  onSign?: (() => void) | undefined;
}

/** How an attempt ended. Durations in ms from its start, `startedAt` in ms since 1970. */
export interface AttemptEnd {
  /** What was seen; null: a whole answer. */
  seen: Seen | null;
  /** HTTP status of the provider, null: it gave none. */
  status: number | null;
  startedAt: number;
  firstTokenMs: number | null;
  durationMs: number;
  /** As reported. */
  usage: Usage | null;
  characters: number;
  dropped: number;
  /** What its end says of itself; null: there was no answer. */
  told: Told | null;
}
