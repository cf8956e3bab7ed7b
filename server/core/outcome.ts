import { meaningOf, statusInside } from './meaning.ts';
import { type ProviderError, readError, readErrorBody } from './providerError.ts';
import { retryAfterMs } from './retryAfter.ts';
import { scrub } from './scrub.ts';
import type { CircuitEffect, ClockName, FailureKind, Seen, Verdict } from './wire.ts';

/** A caller that leaves after this share of the first-token clock, with no content, was waiting for a dead provider. */
const abandonedShare = 0.5;
/** Characters of a message of the network that are shown. */
const maxMessageCharacters = 500;

const failure: CircuitEffect = { result: 'failure', timeout: false, ambiguous: false };
const ambiguousFailure: CircuitEffect = { result: 'failure', timeout: false, ambiguous: true };
const timeout: CircuitEffect = { result: 'failure', timeout: true, ambiguous: false };
const neutral: CircuitEffect = { result: 'neutral' };

/**
 * What an attempt that came to no whole answer meant: for the circuit, for the walk along the chain, and for the caller.
 * `wallNow` is ms since 1970 (a `Retry-After` may be a date); `secrets` are texts that no caller may see (the provider's
 * key), beside all that looks like a key. Pure; never throws.
 */
export function judge(seen: Seen, wallNow: number, secrets: readonly string[] = []): Verdict {
  switch (seen.seen) {
    case 'status': {
      const said = readErrorBody(seen.body, secrets);
      return judgeError(seen.status, said, retryAfterMs(seen.headers, wallNow));
    }
    case 'errorInside': {
      const said = readError(seen.error, secrets);
      return judgeError(statusInside(said), said, retryAfterMs(seen.headers, wallNow));
    }
    case 'connect':
    case 'reset':
    case 'cut':
    case 'malformed':
    case 'empty':
      return judgeBreak(seen.seen, scrub(seen.message, secrets).slice(0, maxMessageCharacters));
    case 'clock':
      return judgeClock(seen.clock, seen.ms);
    case 'callerLeft':
      return judgeLeaving(!seen.contentSeen && seen.waitedShare >= abandonedShare);
    case 'evacuated':
      return ours('evacuated', 'always', 'The circuit opened while this request was waiting.');
    case 'deadline':
      return ours('deadline', 'never', 'The deadline for the first token of an answer has passed.');
    case 'shutdown':
      return ours('shutdown', 'never', 'The gateway is shutting down.');
    case 'tooLarge':
      return ours('tooLarge', 'never', 'The answer is larger than the gateway may hold.');
  }
}

function judgeError(status: number, said: ProviderError, waitMs: number | null): Verdict {
  const kind = meaningOf(status, said, waitMs !== null);
  const { circuit, again, next } = consequences(kind, { status, waitMs });
  return {
    kind,
    word: String(status),
    circuit,
    again,
    next,
    retryAfterMs: waitMs,
    status,
    error: {
      message: said.message ?? silence(status, said.html),
      type: said.type ?? (status < 500 ? 'invalid_request_error' : 'server_error'),
      code: said.code,
      param: said.param,
    },
  };
}

function consequences(
  kind: ReturnType<typeof meaningOf>,
  seen: { status: number; waitMs: number | null },
): Pick<Verdict, 'circuit' | 'again' | 'next'> {
  switch (kind) {
    case 'serverError':
      return { circuit: seen.status === 500 ? ambiguousFailure : failure, again: true, next: 'always' };
    case 'malformed':
      return { circuit: ambiguousFailure, again: true, next: 'always' };
    case 'throttled':
      // Again only by the time it named; whether that is soon enough is the walk's to say.
      return {
        circuit: { result: 'throttled', retryAfterMs: seen.waitMs },
        again: seen.waitMs !== null,
        next: 'always',
      };
    case 'credentials':
    case 'balance':
    case 'model':
      return { circuit: { result: 'refused', cause: kind }, again: false, next: 'always' };
    case 'contextLength':
      return { circuit: neutral, again: false, next: 'always' };
    case 'contentFilter':
      return { circuit: neutral, again: false, next: 'never' };
    case 'requestRefused':
      return { circuit: neutral, again: false, next: 'ifFallback' };
  }
}

function judgeBreak(kind: 'connect' | 'reset' | 'cut' | 'malformed' | 'empty', message: string): Verdict {
  const circuit = kind === 'malformed' || kind === 'empty' ? ambiguousFailure : failure;
  return { ...unanswered(kind, message), circuit, again: true, next: 'always' };
}

const clockSentences: Record<ClockName, string> = {
  connect: 'No connection',
  firstToken: 'No first token',
  idle: 'Nothing more of the answer',
  total: 'No end of the answer',
  answer: 'No answer',
};

/** A silent route is not tried twice. */
function judgeClock(clock: ClockName, ms: number): Verdict {
  const message = `${clockSentences[clock]} came within ${Math.round(ms)} ms.`;
  return { ...unanswered(clock, message), circuit: timeout, again: false, next: 'always' };
}

/** Or impatient callers would hide a dead provider. */
function judgeLeaving(abandoned: boolean): Verdict {
  const message = abandoned ? 'The caller gave up waiting.' : 'The caller left.';
  const verdict = unanswered(abandoned ? 'abandoned' : 'callerLeft', message);
  return { ...verdict, word: 'cancelled', circuit: abandoned ? timeout : neutral, again: false, next: 'never' };
}

function ours(
  kind: 'evacuated' | 'deadline' | 'shutdown' | 'tooLarge',
  next: Verdict['next'],
  message: string,
): Verdict {
  return { ...unanswered(kind, message), circuit: neutral, again: false, next };
}

/** A verdict on what had no status. */
function unanswered(
  kind: FailureKind,
  message: string,
): Pick<Verdict, 'kind' | 'word' | 'retryAfterMs' | 'status' | 'error'> {
  const error = { message, type: 'server_error', code: null, param: null };
  return { kind, word: kind, retryAfterMs: null, status: null, error };
}

function silence(status: number, html: boolean): string {
  if (status < 400) return `The provider answered ${status}, a redirection: its baseUrl may be wrong.`;
  return html
    ? `The provider answered ${status} with a page instead of JSON.`
    : `The provider answered ${status} and did not say why.`;
}
