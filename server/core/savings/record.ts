import type { RequestRecord } from '../records.ts';
import type { SeenFailure, Sighting, SkippedRequest, Tokens } from './types.ts';

/** What the savings read of whole records; storage reads the same out of its rows. */

/** A request with at least one skip, or null: it has none. */
export function skippedOf(request: RequestRecord): SkippedRequest | null {
  const { node, servedBy, attempts, needs } = request;
  if (!attempts.some(({ outcome }) => outcome === 'skipped')) return null;
  const answers = attempts.filter(({ provider, outcome }) => provider === servedBy && outcome === 'succeeded');
  const tokens: Tokens = { prompt: 0, cached: 0, completion: 0 };
  for (const { usage } of answers) {
    tokens.prompt += usage?.promptTokens ?? 0;
    tokens.cached += Math.min(usage?.cachedTokens ?? 0, usage?.promptTokens ?? 0);
    tokens.completion += usage?.completionTokens ?? 0;
  }
  const told = answers.some(({ usage }) => usage !== null);
  // A drill is played on this machine: its answer says nothing of what one would have cost.
  const priced =
    answers.length > 0 && answers.every(({ costNanoUsd, drill }) => costNanoUsd !== null && drill === null);
  return {
    node,
    servedBy,
    tokens: told ? tokens : needs && { prompt: needs.promptTokens, cached: 0, completion: 0 },
    costNanoUsd: priced ? answers.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0) : null,
    steps: attempts.map(({ provider, outcome, failureKind, circuitState, startedAt }) => {
      return { provider, outcome, kind: failureKind, closed: circuitState === 'closed', at: startedAt };
    }),
  };
}

/** The failed attempts of a request, by id. */
export function failuresOf({ id, attempts }: RequestRecord): [string, SeenFailure][] {
  return attempts
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ ordinal, failureKind, durationMs }) => [`${id}/${ordinal}`, { kind: failureKind, ms: durationMs }]);
}

/** Calls of a request that a circuit let through while it was not closed, and that showed how its provider was. */
export function sightingsOf({ node, attempts }: RequestRecord): Sighting[] {
  return attempts.flatMap(({ provider, permit, outcome, failureKind, ...times }) => {
    if (permit === null || permit === 'closed') return [];
    const { startedAt, durationMs, firstTokenMs } = times;
    const ok = showed(outcome, failureKind);
    if (ok === null) return [];
    return [{ node, provider, ok, at: startedAt + Math.round(ok ? (firstTokenMs ?? durationMs) : durationMs) }];
  });
}

/** Failures by which a provider that is well says no to a request. */
const aboutTheRequest: ReadonlySet<string | null> = new Set([
  'requestRefused',
  'contextLength',
  'contentFilter',
  'tooLarge',
]);

/** Whether a call that ended so shows its provider up (true) or down (false); null: neither. */
export function showed(outcome: string, failureKind: string | null): boolean | null {
  if (outcome === 'succeeded') return true;
  return outcome === 'failed' && !aboutTheRequest.has(failureKind) ? false : null;
}
