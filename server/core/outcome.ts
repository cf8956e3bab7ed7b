import { ruleFor } from './dialects/dialects.ts';
import { openai } from './dialects/openai.ts';
import type { Dialect } from './dialects/types.ts';
import { meaningOf, statusInside } from './meaning.ts';
import { type ProviderError, readError, readErrorBody } from './providerError.ts';
import { readRateLimits, usedUpMs } from './rateLimits.ts';
import { longestRetryAfterMs, retryAfterMs, waitOf } from './retryAfter.ts';
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

/** Who said it. */
export interface Speaker {
  /** Texts that no caller may see (the provider's key), beside all that looks like a key. */
  secrets?: readonly string[];
  /** Its own way of saying things, asked before the general rules. */
  dialect?: Dialect;
}

/**
 * What an attempt that came to no whole answer meant: for the circuit, for the walk along the chain, and for the caller.
 * `wallNow` is ms since 1970 (a `Retry-After` may be a date). Pure; never throws.
 */
export function judge(seen: Seen, wallNow: number, speaker: Speaker = {}): Verdict {
  const { secrets = [], dialect = openai } = speaker;
  switch (seen.seen) {
    case 'status': {
      const said = readErrorBody(seen.body, secrets);
      return judgeError(seen.status, said, { headers: seen.headers, wallNow, dialect });
    }
    case 'errorInside': {
      const said = readError(seen.error, secrets);
      return judgeError(statusInside(said), said, { headers: seen.headers, wallNow, dialect });
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
    case 'raced':
      return ours('raced', 'never', 'Another provider was first.');
    case 'mismatch':
      return ours('mismatch', 'always', 'Its text does not join on to what the caller has.');
    case 'deadline':
      return ours('deadline', 'never', 'The deadline for the first token of an answer has passed.');
    case 'shutdown':
      return ours('shutdown', 'never', 'The gateway is shutting down.');
    case 'tooLarge':
      return ours('tooLarge', 'never', 'The answer is larger than the gateway may hold.');
  }
}

interface Around {
  headers: Readonly<Record<string, string>>;
  wallNow: number;
  dialect: Dialect;
}

function judgeError(status: number, said: ProviderError, around: Around): Verdict {
  const rule = ruleFor(around.dialect, status, { error: said, headers: around.headers });
  const waitMs = timeNamed(said, around);
  const kind = rule?.means ?? meaningOf(status, said, waitMs !== null);
  const { circuit, again, next } = consequences(kind, { status, waitMs });
  return {
    kind,
    word: String(status),
    circuit: rule?.ambiguous === false && circuit.result === 'failure' ? failure : circuit,
    again,
    next: rule?.next ?? next,
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

/** How long it asks to be left alone: in the usual headers, in its own, or only in what it says. */
function timeNamed(said: ProviderError, { headers, wallNow, dialect }: Around): number | null {
  const inHeaders = retryAfterMs(headers, wallNow) ?? usedUpMs(readRateLimits(headers, dialect.limits, wallNow));
  const inWords = (): string | undefined => dialect.waitWords?.exec(said.words)?.[1];
  const waitMs = inHeaders ?? waitOf(said.retryDelay ?? inWords(), wallNow);
  return waitMs === null ? null : Math.min(longestRetryAfterMs, Math.max(0, Math.round(waitMs)));
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

/** What this machine was short of when it should have connected: nothing is known of the provider. */
const ownLacks: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);

function judgeOwnLack(code: string): Verdict {
  const message = `The gateway's own machine has no room for another connection (${code}).`;
  return { ...unanswered('connect', message), circuit: neutral, again: false, next: 'always' };
}

function judgeBreak(kind: 'connect' | 'reset' | 'cut' | 'malformed' | 'empty', message: string): Verdict {
  if (kind === 'connect' && ownLacks.has(message)) return judgeOwnLack(message);
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
  kind: 'evacuated' | 'raced' | 'mismatch' | 'deadline' | 'shutdown' | 'tooLarge',
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
