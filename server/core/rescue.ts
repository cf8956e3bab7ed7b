import { type ChatRequest, isTextOnly } from './body.ts';
import { isRecord } from './json.ts';
import type { RescueWay } from './records.ts';
import type { FailureKind, Verdict } from './wire.ts';

/** Breaks of an answer after which another provider may go on. Not: what the caller, its time or its content brought about. */
const breaks: ReadonlySet<FailureKind> = new Set([
  'connect',
  'reset',
  'cut',
  'idle',
  'serverError',
  'malformed',
  'empty',
  'throttled',
  'credentials',
  'balance',
  'model',
  'contextLength',
  'requestRefused',
]);

/** What a provider may say of a begun answer that it does not take; at another address, of that address too. */
const refusals: ReadonlySet<FailureKind> = new Set([
  'malformed',
  'empty',
  'model',
  'contextLength',
  'contentFilter',
  'requestRefused',
]);

/** Whether the answer to such a request can be gone on with at all: one text, and nothing that belongs to one model only. */
export function canBeRescued(request: ChatRequest): boolean {
  const { n, response_format: format, logprobs, top_logprobs: topLogprobs } = request.body;
  const isPlainText = !isRecord(format) || format.type === undefined || format.type === 'text';
  const isOne = n === undefined || n === null || n === 1;
  const hasLogprobs = logprobs === true || typeof logprobs === 'number' || typeof topLogprobs === 'number';
  return request.stream && isOne && isPlainText && isTextOnly(request) && !hasLogprobs;
}

/** Whether an answer that broke this way may be gone on with. */
export function isRescuable(verdict: Verdict): boolean {
  return breaks.has(verdict.kind);
}

/** The ways to try, in order: the chain's, or the caller's where it names some. Only a caller who asked is told to discard. */
export function waysOf(chain: readonly RescueWay[], wished: readonly RescueWay[] | null): RescueWay[] {
  if (chain.length === 0) return [];
  return wished ? [...wished] : chain.filter((way) => way !== 'discard');
}

/** Whether only this way of going on failed, and the provider may be asked by another. */
export function mayAskAnotherWay({ kind }: Verdict): boolean {
  return kind === 'mismatch' || refusals.has(kind);
}

/** What a failed try to go on means for the circuit: that a provider takes no begun answer is nothing against it. */
export function mildly(verdict: Verdict, way: RescueWay | null): Verdict {
  if (way !== 'prefill' || !refusals.has(verdict.kind)) return verdict;
  return { ...verdict, circuit: { result: 'neutral' } };
}
