import { type ApiError, errorBody, passedOnBody, statusOf } from '../core/errors.ts';
import type { Verdict } from '../core/wire.ts';
import type { WalkEnd } from './journey.ts';
import type { Ledger } from './ledger.ts';

/** An answer in full: what the caller gets, and what the record says of it. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** `code` of the error, or null. */
  errorCode: string | null;
}

/** The official clients obey any `retry-after`, and would sleep minutes inside one call: after our own walk there is no use in that. */
const noRetry = { 'x-should-retry': 'false' };

/** Where only an operator can bring a provider back, nobody knows when: looking again so often does no harm. */
const UNKNOWN_RETRY_MS = 60_000;

const SOON_MS = 1_000;

/** An error from before the walk. */
export function earlyError(error: ApiError): Reply {
  const status = statusOf(error.code);
  // What is only a matter of the moment (our own bounds, going down) may be tried again.
  const retryAfterMs = error.retryAfterMs ?? (status === 503 ? SOON_MS : null);
  const headers: Record<string, string> =
    retryAfterMs === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  // The official clients would ask again within seconds, and in vain.
  if (error.code === 'spend_limit_exceeded') Object.assign(headers, noRetry);
  return { status, headers, body: errorBody(error), errorCode: error.code };
}

/** What the caller hears when the walk came to no answer and nothing was given to it yet. */
export function errorOfWalk(walked: Exclude<WalkEnd, { end: 'answered' | 'broken' }>, ledger: Ledger): Reply {
  const notes = ledger.notes();
  if (walked.end === 'refused' && walked.verdict.kind !== 'tooLarge') {
    const { verdict } = walked;
    return {
      status: verdict.status ?? 400,
      headers: { ...noRetry, 'x-recloser-provider': headerText(walked.provider.name) },
      body: passedOnBody(verdict.error, notes),
      errorCode: verdict.error.code ?? verdict.error.type,
    };
  }
  const error = ownError(walked);
  const headers: Record<string, string> = { ...noRetry };
  if (walked.end === 'nobody') {
    headers['retry-after'] = String(Math.max(1, Math.ceil((walked.retryAfterMs ?? UNKNOWN_RETRY_MS) / 1_000)));
  }
  return { status: statusOf(error.code), headers, body: errorBody(error, notes), errorCode: error.code };
}

/** The request itself was at fault: every provider there is would refuse it, or none takes such requests. */
export function isCallersOwn(walked: WalkEnd): boolean {
  return walked.end === 'unfit' || (walked.end === 'refused' && walked.verdict.kind !== 'tooLarge');
}

/** Names come from the config and may hold what no header may. */
export function headerText(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '_');
}

/** The event that ends an answer which broke after its first content. */
export function brokenAnswer(provider: string, verdict: Verdict): ApiError {
  if (verdict.kind === 'shutdown') {
    return {
      code: 'draining',
      message: 'The gateway is going down: what came so far is not the whole answer. Ask again.',
    };
  }
  return {
    code: verdict.kind === 'tooLarge' ? 'answer_too_large' : 'answer_interrupted',
    message: `The answer of ${provider} broke off (${verdict.word}): ${asSentence(verdict.error.message)} What came so far is not the whole answer. Ask again.`,
  };
}

function ownError(walked: Exclude<WalkEnd, { end: 'answered' | 'broken' }>): ApiError {
  switch (walked.end) {
    case 'refused':
      return {
        code: 'answer_too_large',
        message: `${asSentence(walked.verdict.error.message)} Ask for a shorter one.`,
      };
    case 'unfit':
      return {
        code: 'not_supported',
        message: `No provider of this chain takes such a request. ${walked.reasons.join(' ')}`,
      };
    case 'nobody':
      return { code: 'no_provider_available', message: nobodySentence(walked) };
    case 'stopped':
      return stoppedErrors[walked.reason];
  }
}

function nobodySentence({ first, retryAfterMs }: Extract<WalkEnd, { end: 'nobody' }>): string {
  const why = first
    ? ` The first that was tried failed: ${asSentence(first.error.message)}`
    : ' None may be tried now.';
  const byHand = retryAfterMs === null ? ' An operator has taken them out, with no end set.' : '';
  return `No provider of this chain could answer.${why}${byHand} See \`attempts\` for each, and ask again after \`retry-after\`.`;
}

/** What a provider or the network said, so that another sentence may follow. */
function asSentence(said: string): string {
  const text = said.trim();
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

const stoppedErrors: Record<Extract<WalkEnd, { end: 'stopped' }>['reason'], ApiError> = {
  deadline: {
    code: 'deadline_exceeded',
    message:
      'No provider gave a first token before the deadline: see `attempts` for what each did, or allow more time.',
  },
  shutdown: { code: 'draining', message: 'The gateway is going down: ask again, and another process will answer.' },
  // Nobody is there to read this; the record has its code.
  callerLeft: { code: 'answer_interrupted', message: 'The caller left before the answer was whole.' },
};
