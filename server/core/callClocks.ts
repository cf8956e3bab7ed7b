import { dialects } from './dialects/dialects.ts';
import type { RequestNeeds } from './records.ts';
import type { ProviderSettings, TimeoutSettings } from './settings.ts';

/** Which clocks run over a call to a provider, and for how long. Pure. */

/** What decides of a request whether its provider is asked for a stream. */
export interface Wanted {
  stream: boolean;
  jsonSchema: boolean;
  /** No sound is asked for: what comes as a stream can be put together again. */
  textOnly: boolean;
}

/**
 * Plain requests are streamed upstream too, where provider and request allow: only then do the clocks see anything. What a
 * vendor never streams is asked for plainly, and made a stream for the caller who wants one.
 */
export function isStreamedBy(
  { assemble, dialect }: Pick<ProviderSettings, 'assemble' | 'dialect'>,
  { stream, jsonSchema, textOnly }: Wanted,
): boolean {
  if (jsonSchema && dialects[dialect].schemasOnlyWhole) return false;
  return stream || (assemble && textOnly);
}

/** How long a provider may take to the first token of a stream, from the attempt's start, ms. */
export function firstTokenClockOf(timeouts: TimeoutSettings, promptTokens: number): number {
  return timeouts.firstTokenMs + Math.ceil((timeouts.perThousandTokensMs * promptTokens) / 1_000);
}

/** The clocks over one call, ms. */
export interface CallClocks {
  connectMs: number;
  /** Null: the answer was not asked for as a stream. */
  firstTokenMs: number | null;
  /** To the headers of an answer that is no stream; null: it is one. */
  answerMs: number | null;
  idleMs: number;
  totalMs: number;
}

/** Those of a request in the record, by what its provider is set to; the record does not say whether sound was asked for. */
export function callClocksOf(
  provider: Pick<ProviderSettings, 'assemble' | 'dialect' | 'timeouts'>,
  { stream, needs }: { stream: boolean; needs: RequestNeeds | null },
): CallClocks {
  const { connectMs, answerMs, idleMs, totalMs } = provider.timeouts;
  const streamed = isStreamedBy(provider, { stream, jsonSchema: needs?.jsonSchema ?? false, textOnly: true });
  return {
    connectMs,
    firstTokenMs: streamed ? firstTokenClockOf(provider.timeouts, needs?.promptTokens ?? 0) : null,
    answerMs: streamed ? null : answerMs,
    idleMs,
    totalMs,
  };
}
