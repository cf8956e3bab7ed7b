import type { AttemptRecord, ProbeRecord } from '../records.ts';
import type { FailureKind } from '../wire.ts';
import type { Told } from './trace.ts';

/** What each kind of failure tells a circuit, as `core/outcome.ts` decides it where it is seen. */
const results: Record<FailureKind, Told['result']> = {
  connect: 'failure',
  reset: 'failure',
  cut: 'failure',
  serverError: 'failure',
  malformed: 'failure',
  empty: 'failure',
  firstToken: 'timeout',
  idle: 'timeout',
  total: 'timeout',
  answer: 'timeout',
  abandoned: 'timeout',
  throttled: 'throttled',
  credentials: 'credentials',
  balance: 'balance',
  model: 'model',
  contextLength: 'neutral',
  contentFilter: 'neutral',
  requestRefused: 'neutral',
  callerLeft: 'neutral',
  evacuated: 'neutral',
  raced: 'neutral',
  mismatch: 'neutral',
  deadline: 'neutral',
  shutdown: 'neutral',
  tooLarge: 'neutral',
};

type Tried = Pick<AttemptRecord, 'outcome' | 'failureKind' | 'status' | 'durationMs'>;

/** What an attempt in the record told its circuit. `connectMs`: the clock of its connection, which has no kind of its own. */
export function toldBy({ outcome, failureKind, status, durationMs }: Tried, connectMs: number): Told {
  if (outcome === 'succeeded') return { result: 'success' };
  if (failureKind === 'connect' && durationMs >= connectMs) return { result: 'timeout' };
  const result = isKind(failureKind) ? results[failureKind] : 'neutral';
  return mayBeThePrompts(failureKind, status) ? { result, ambiguous: true } : { result };
}

/** What a call of our own told, by its word. */
export function toldByProbe({ ok, word, status }: Pick<ProbeRecord, 'ok' | 'word' | 'status'>): Told {
  if (ok) return { result: 'success' };
  if (status === 429) return { result: 'throttled' };
  if (status === 401) return { result: 'credentials' };
  if (status === 402) return { result: 'balance' };
  return { result: isKind(word) ? results[word] : 'failure' };
}

function mayBeThePrompts(kind: string | null, status: number | null): boolean {
  return kind === 'malformed' || kind === 'empty' || (kind === 'serverError' && status === 500);
}

function isKind(kind: string | null): kind is FailureKind {
  return kind !== null && Object.hasOwn(results, kind);
}
