import type { AttemptRecord, RequestRecord, RequestRow } from './records.ts';

/** Characters of a trail at most: headers of a few kilobytes are refused by proxies on the way. */
const maxTrailCharacters = 2_048;

/** The value of `x-recloser-trail`: every step in order, `deepseek-v3=open, llama-3.3-70b=503, qwen-72b=ok`. Safe in a header. */
export function trailOf(attempts: readonly Pick<AttemptRecord, 'provider' | 'word'>[]): string {
  let trail = '';
  for (const { provider, word } of attempts) {
    const step = `${trail === '' ? '' : ', '}${headerSafe(provider)}=${headerSafe(word)}`;
    if (trail.length + step.length > maxTrailCharacters) return `${trail}, ...`;
    trail += step;
  }
  return trail;
}

/** A request as a list shows it: of each step what its trail says. */
export function rowOfRequest({ attempts, ...request }: RequestRecord): RequestRow {
  return {
    ...request,
    attempts: attempts.map(({ ordinal, provider, outcome, word, failureKind, status, ...rest }) => {
      const { durationMs, firstTokenMs, permit, raced, way } = rest;
      return { ordinal, provider, outcome, word, failureKind, status, durationMs, firstTokenMs, permit, raced, way };
    }),
  };
}

/** Names from the config may hold anything; what is not plain visible ASCII, or would read as a separator, becomes `_`. */
function headerSafe(text: string): string {
  return text.replace(/[^\x21-\x7e]|[,=]/g, '_');
}
