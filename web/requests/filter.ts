import type { SkipReason } from '../../server/core/circuit/settle.ts';
import type { Felt } from '../../server/core/felt.ts';
import type { RequestOutcome, RequestRow } from '../../server/core/records.ts';
import type { FailureKind } from '../../server/core/wire.ts';
import { isText, momentsOf, type RangeSearch, type RangeTerms, readRange } from '../ui/range.ts';

/** What the Requests page shows, as it stands in its address. */
export interface RequestSearch extends RangeSearch {
  chain?: string;
  client?: string;
  outcome?: RequestOutcome;
  provider?: string;
  kind?: string;
  /** Only those answered by another than the first choice. */
  fallback?: true;
  /** Only those whose answer broke off and another provider went on with. */
  rescued?: true;
  /** Only those in which the caller got an error that was not their own doing, or a broken answer. */
  felt?: true;
}

export const outcomeWords: Record<RequestOutcome, string> = {
  succeeded: 'answered',
  failed: 'failed for the caller',
  refused: 'refused: the caller’s own mistake',
  interrupted: 'broke off',
  cancelled: 'caller left',
};

/** As the record counts it. */
const isFelt: Felt = { succeeded: false, failed: true, refused: false, interrupted: true, cancelled: false };

/** Every way to fail or to be skipped, in words. */
export const kindWords: Record<FailureKind | SkipReason, string> = {
  connect: 'no connection',
  reset: 'connection reset',
  firstToken: 'no first token in time',
  idle: 'fell silent',
  total: 'took too long as a whole',
  answer: 'plain answer took too long',
  serverError: 'server error (5xx)',
  malformed: 'no valid answer',
  empty: 'empty answer',
  cut: 'answer broke off',
  throttled: 'throttled (429)',
  credentials: 'key refused',
  balance: 'balance used up',
  model: 'model not known',
  contextLength: 'prompt too long',
  contentFilter: 'content filter',
  requestRefused: 'request refused',
  abandoned: 'given up waiting',
  callerLeft: 'caller left',
  evacuated: 'moved away',
  raced: 'lost the race',
  mismatch: 'its text did not join on',
  deadline: 'deadline',
  shutdown: 'shutdown',
  tooLarge: 'answer too large',
  open: 'skipped: open',
  halfOpen: 'skipped: half-open',
  ramping: 'skipped: just back',
  tripped: 'skipped: tripped by hand',
  busy: 'skipped: busy',
  cannot_take: 'skipped: cannot take it',
};

/** What lists of the record can be asked for. */
export const listTerms: RangeTerms = { names: ['15m', '1h', '6h', '24h', '7d'] };

/** Reads an address; what is not understood is left out. */
export function readSearch(raw: Record<string, unknown>): RequestSearch {
  const search: RequestSearch = readRange(raw, listTerms);
  const { chain, client, outcome, provider, kind, fallback, rescued, felt } = raw;
  if (isText(chain)) search.chain = chain;
  if (isText(client)) search.client = client;
  if (isText(outcome) && Object.hasOwn(outcomeWords, outcome)) search.outcome = outcome as RequestOutcome;
  if (isText(provider)) search.provider = provider;
  if (isText(kind)) search.kind = kind;
  if (fallback === true) search.fallback = true;
  if (rescued === true) search.rescued = true;
  if (felt === true) search.felt = true;
  return search;
}

/** The filter as `requests.list` takes it. `now`: the server's clock, ms since 1970. */
export function filterOf(search: RequestSearch, now: number) {
  const { chain, client, outcome, provider, kind, fallback, rescued, felt } = search;
  const { from, to } = momentsOf(search, now);
  return { chain, client, outcome, provider, failureKind: kind, fallback, rescued, felt, from, to };
}

/** Whether a row that just ended belongs to the list: word for word what the record would say. */
export function matches(row: RequestRow, filter: ReturnType<typeof filterOf>): boolean {
  const { chain, client, outcome, provider, failureKind, fallback, rescued, felt, from, to } = filter;
  return (
    (chain === undefined || row.chain === chain) &&
    (client === undefined || row.client === client) &&
    (outcome === undefined || row.outcome === outcome) &&
    (from === undefined || row.startedAt >= from) &&
    (to === undefined || row.startedAt < to) &&
    (!fallback || byFallback(row)) &&
    (!rescued || row.rescued) &&
    (!felt || isFelt[row.outcome]) &&
    tried(row, provider, failureKind)
  );
}

/** Answered by another provider than the first of its trail. */
export function byFallback({ servedBy, attempts }: RequestRow): boolean {
  return servedBy !== null && attempts[0] !== undefined && attempts[0].provider !== servedBy;
}

function tried({ attempts }: RequestRow, provider: string | undefined, kind: string | undefined): boolean {
  if (provider === undefined && kind === undefined) return true;
  return attempts.some(
    (attempt) =>
      (provider === undefined || attempt.provider === provider) && (kind === undefined || attempt.failureKind === kind),
  );
}
