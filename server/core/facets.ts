import { type Countable, isFallback } from './minutes.ts';
import type { RequestOutcome } from './records.ts';

/**
 * What requests can be filtered by, but for their time. The minute tables count requests by each combination that occurs, so
 * that how many there are of any filter is known without reading them. '' stands for none in `client` and `servedBy`, and
 * for any in `provider` and `failureKind`: those two are of one and the same attempt or skip of the request's trail.
 */
export interface Facet {
  chain: string;
  client: string;
  outcome: RequestOutcome;
  servedBy: string;
  fallback: boolean;
  rescued: boolean;
  provider: string;
  failureKind: string;
}

/** The combinations a request is counted under, each once: itself, and what its trail can be found by. */
export function facetsOf(request: Countable): Facet[] {
  const own = {
    chain: request.chain,
    client: request.client ?? '',
    outcome: request.outcome,
    servedBy: request.servedBy ?? '',
    fallback: isFallback(request),
    rescued: request.rescued,
  };
  const found = new Map<string, Facet>();
  const add = (provider: string, failureKind: string): void => {
    found.set(`${provider}\n${failureKind}`, { ...own, provider, failureKind });
  };
  add('', '');
  for (const { provider, failureKind } of request.attempts) {
    add(provider, '');
    if (failureKind === null) continue;
    add('', failureKind);
    add(provider, failureKind);
  }
  return [...found.values()];
}
