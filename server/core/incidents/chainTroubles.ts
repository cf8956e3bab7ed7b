import { median } from '../percentile.ts';
import { compare, type UnusualSpan } from './circuitTroubles.ts';
import type { ChainMinute, Trouble } from './types.ts';

/**
 * Trouble that no circuit told of. Each rule is one sentence:
 * - errors: at least 3 callers of a chain got an error within 5 minutes, and they were at least one in a thousand of its requests then; over
 *   when nobody has got one for 5 minutes.
 * - fallbacks, slow: three judged minutes in a row were beyond the band of what is usual; over when three in a row are well
 *   inside it, or when there was nothing to judge for half an hour.
 * Usual is the median minute of the two hours before, of 15 at least. A minute is judged when it is whole, has 10 requests, and
 * none went to or past a circuit that was open, just back or held by hand in it: who answers then, and how fast, has its cause
 * already. What circuits of other chains do is no matter.
 */
export const minuteMs = 60_000;
/** What is usual is looked up so far back. */
export const usualMs = 2 * 3_600_000;
const errorsWithinMs = 5 * minuteMs;
const fewestErrors = 3;
const leastErrorShare = 0.001;
const inARow = 3;
const fewestRequests = 10;
const fewestUsual = 15;
const silenceMs = 30 * minuteMs;
/** After a circuit closed its traffic comes back in steps. */
const comingBackMs = 3 * minuteMs;

/** A band: `out` leaves it, `back` is well inside it; between the two, all stays as it was. */
interface Band {
  kind: 'fallbacks' | 'slow';
  of: (minute: ChainMinute) => number | null;
  out: (value: number, usual: number) => boolean;
  back: (value: number, usual: number) => boolean;
}

const bands: readonly Band[] = [
  {
    kind: 'fallbacks',
    of: ({ fallbacks, requests }) => fallbacks / requests,
    out: (share, usual) => share > usual + 0.2,
    back: (share, usual) => share < usual + 0.1,
  },
  {
    kind: 'slow',
    of: ({ firstTokenMs }) => firstTokenMs,
    out: (ms, usual) => ms > 2 * usual && ms > usual + 500,
    back: (ms, usual) => ms < 1.5 * usual || ms < usual + 250,
  },
];

interface Around {
  /** Spans in which circuits were away from their usual. */
  unusual: readonly UnusualSpan[];
  /** Judging begins here; what is before only tells what is usual. */
  judgedFrom: number;
  until: number;
}

export function chainTroubles(chains: readonly ChainMinute[], around: Around): Trouble[] {
  const byChain = new Map<string, ChainMinute[]>();
  for (const minute of whole(chains, around.until)) {
    const known = byChain.get(minute.chain);
    if (known) known.push(minute);
    else byChain.set(minute.chain, [minute]);
  }
  return [...byChain.values()].flatMap((minutes) => [
    ...errorTroubles(minutes, around),
    ...bands.flatMap((band) => brownouts(minutes, band, around)),
  ]);
}

/** Finished minutes, each once (with the most that was seen of it), in order. */
function whole(chains: readonly ChainMinute[], until: number): ChainMinute[] {
  const each = new Map<string, ChainMinute>();
  for (const minute of chains) {
    if (minute.at + minuteMs > until) continue;
    const key = `${minute.chain} ${minute.at}`;
    const known = each.get(key);
    if (!known || known.requests < minute.requests) each.set(key, minute);
  }
  return [...each.values()].sort((one, other) => one.at - other.at || compare(one.chain, other.chain));
}

function errorTroubles(minutes: readonly ChainMinute[], { judgedFrom, until }: Around): Trouble[] {
  const groups: ChainMinute[][] = [];
  for (const minute of minutes.filter(({ errors, at }) => errors > 0 && at > judgedFrom - minuteMs)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && firstError(minute) - lastError(last) <= errorsWithinMs) group.push(minute);
    else groups.push([minute]);
  }
  return groups.flatMap((group) => {
    const known = group.find((minute) => isFelt(minutes, minute));
    const last = group.at(-1);
    if (!known || !last) return [];
    const detectedAt = known.at + minuteMs;
    const first = group.find(({ at }) => at > known.at - errorsWithinMs) ?? known;
    return [
      {
        key: `errors ${known.chain}/${known.at}`,
        kind: 'errors' as const,
        subject: known.chain,
        cause: null,
        beganAt: firstError(first),
        detectedAt,
        endedAt: lastError(last) + errorsWithinMs + minuteMs > until ? null : Math.max(lastError(last), detectedAt),
      },
    ];
  });
}

function isFelt(minutes: readonly ChainMinute[], { at }: ChainMinute): boolean {
  const within = minutes.filter((minute) => minute.at <= at && minute.at > at - errorsWithinMs);
  const errors = within.reduce((sum, minute) => sum + minute.errors, 0);
  const requests = within.reduce((sum, minute) => sum + minute.requests, 0);
  return errors >= fewestErrors && errors >= leastErrorShare * requests;
}

function firstError({ at, firstErrorAt }: ChainMinute): number {
  return firstErrorAt ?? at;
}

function lastError({ at, lastErrorAt }: ChainMinute): number {
  return lastErrorAt ?? at + minuteMs;
}

/** What is going on while minutes are gone through. */
interface Watch {
  /** Outside while there is no trouble, inside while there is, in a row. */
  row: number[];
  trouble: (Trouble & { usual: number; lastOutAt: number }) | null;
}

function brownouts(minutes: readonly ChainMinute[], band: Band, around: Around): Trouble[] {
  const found: Trouble[] = [];
  const watch: Watch = { row: [], trouble: null };
  const judged = minutes.filter((minute) => isJudged(minute, band, around));
  for (const [index, minute] of judged.entries()) {
    if (minute.at < around.judgedFrom) continue;
    endBySilence(watch, minute.at);
    const usual = watch.trouble?.usual ?? usualBefore(judged, band, index);
    const begun = step(watch, minute, { band, usual });
    if (begun) found.push(begun);
  }
  endBySilence(watch, around.until);
  return found.map(({ key, kind, subject, cause, beganAt, detectedAt, endedAt }) => {
    return { key, kind, subject, cause, beganAt, detectedAt, endedAt };
  });
}

/** Goes one minute on; the trouble that begins with it, or null. */
function step(watch: Watch, minute: ChainMinute, { band, usual }: { band: Band; usual: number | null }) {
  const value = band.of(minute);
  if (usual === null || value === null) return null;
  const counts = watch.trouble ? band.back(value, usual) : band.out(value, usual);
  watch.row = counts ? [...watch.row, minute.at] : [];
  if (watch.trouble && !counts) watch.trouble.lastOutAt = minute.at;
  const [first] = watch.row;
  if (watch.row.length < inARow || first === undefined) return null;
  watch.row = [];
  if (watch.trouble) {
    watch.trouble.endedAt = Math.max(first, watch.trouble.detectedAt);
    watch.trouble = null;
    return null;
  }
  watch.trouble = {
    key: `${band.kind} ${minute.chain}/${minute.at}`,
    kind: band.kind,
    subject: minute.chain,
    cause: null,
    beganAt: first,
    detectedAt: minute.at + minuteMs,
    endedAt: null,
    usual,
    lastOutAt: minute.at,
  };
  return watch.trouble;
}

function endBySilence(watch: Watch, now: number): void {
  const { trouble } = watch;
  const last = Math.max(trouble?.lastOutAt ?? 0, watch.row.at(-1) ?? 0);
  if (!trouble || now - last < silenceMs) return;
  trouble.endedAt = trouble.lastOutAt + minuteMs;
  watch.trouble = null;
  watch.row = [];
}

function isJudged(minute: ChainMinute, band: Band, { unusual }: Around): boolean {
  if (minute.requests < fewestRequests || band.of(minute) === null) return false;
  const { at, providers } = minute;
  return !unusual.some(({ provider, from, to }) => {
    const isWithin = from < at + minuteMs && (to === null || to + comingBackMs > at);
    return isWithin && (providers.length === 0 || providers.includes(provider));
  });
}

function usualBefore(judged: readonly ChainMinute[], band: Band, index: number): number | null {
  const earliest = (judged[index]?.at ?? 0) - usualMs;
  const values: number[] = [];
  for (let before = index - 1; before >= 0; before -= 1) {
    const minute = judged[before];
    if (!minute || minute.at < earliest) break;
    values.push(band.of(minute) ?? 0);
  }
  return values.length < fewestUsual ? null : median(values);
}
