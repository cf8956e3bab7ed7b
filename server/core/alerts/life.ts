import type { Alert, AlertSettings, Concern, Sending, Severity, Told } from './types.ts';

const minuteMs = 60_000;
/** A chain without an incident is called well again after so long without risk. */
const chainQuietMs = 5 * minuteMs;
/** What put a chain at risk is in the record by then, as an incident that speaks for the chain as well: one alert, not two. */
const incidentMs = 15_000;
/** An incident may be watched for hours before it is over: well for so long, with at least as long to go, it is told once. */
const recoveredMs = 10 * minuteMs;

/** What is so old when it is first seen was told after the fact, as after a start: it may be over by the next call. */
const afterTheFactMs = 5 * minuteMs;

/** An alert after one more look at what it is about. Pure: all it goes by is in the alert, so that a restart changes nothing. */
export function advanced(before: Alert | null, concern: Concern, now: number): Alert {
  const alert = before ?? begun(concern, now);
  if (alert.resolvedAt !== null) return alert;
  const isBad = concern.state === 'bad';
  // An incident that flaps is as old as it is: only its first moments are waited for.
  const badSince = isBad ? Math.min(knownSince(alert, concern) ?? alert.badSince ?? now, now) : null;
  const wellSince = isBad ? null : Math.min(alert.wellSince ?? now, now);
  const quiet = alert.chain !== null && wellSince !== null && now - wellSince >= chainQuietMs;
  return {
    ...alert,
    badSince,
    riskSince: isBad && concern.isRisk ? Math.min(alert.riskSince ?? now, now) : null,
    wellSince,
    resolvedAt: concern.state === 'over' || quiet ? now : null,
  };
}

/** Since when there was somebody to know of it. */
function knownSince({ seenAt }: Alert, { detectedAt }: Concern): number | null {
  return detectedAt !== null && seenAt - detectedAt > afterTheFactMs ? seenAt : detectedAt;
}

function begun({ incidentId, chain }: Concern, now: number): Alert {
  const about = chain === null ? `incident/${incidentId}` : `chain/${chain}`;
  // Another Recloser that pages by the same key has an incident of that number too, but not seen in the same moment.
  const key = `${about}/${now}`;
  const since = { badSince: null, riskSince: null, wellSince: null, resolvedAt: null };
  return { key, incidentId, chain, seenAt: now, ...since, told: [] };
}

/** Nothing more is to be said of it. A chain that was well again before anybody was told was a flap. */
export function isDone({ told, resolvedAt, chain, wellSince }: Alert): boolean {
  if (told.length === 0 && chain !== null && wellSince !== null) return true;
  return resolvedAt !== null && told.every(({ sending }) => sending === 'resolved');
}

export interface DueAsk {
  concern: Concern;
  destinations: readonly AlertSettings[];
  /** Destinations that have not got an earlier message about this alert yet: a reminder would only queue behind it. */
  waiting: ReadonlySet<string>;
  now: number;
}

/** What is to be told of an alert now: one message a destination at most, each of which the new `told` holds. */
export function dueOf(alert: Alert, ask: DueAsk): { alert: Alert; due: Told[] } {
  const due: Told[] = [];
  for (const destination of ask.destinations) {
    const told = alert.told.find((each) => each.destination === destination.name) ?? null;
    const next = told ? nextOf(alert, told, { ...ask, destination }) : firstOf(alert, destination, ask);
    if (next) due.push({ ...next, destination: destination.name, at: ask.now, count: (told?.count ?? 0) + 1 });
  }
  const others = alert.told.filter((each) => !due.some(({ destination }) => destination === each.destination));
  return { alert: { ...alert, told: [...others, ...due] }, due };
}

type Next = { sending: Sending; severity: Severity } | null;

function firstOf(alert: Alert, destination: AlertSettings, { concern, now }: DueAsk): Next {
  const severity = severityOf(alert, { destination, concern, now });
  if (alert.resolvedAt !== null || severity === null || !destination.on.includes(severity)) return null;
  const { chains } = destination;
  if (chains !== null && !concern.chains.some((chain) => chains.includes(chain))) return null;
  // What is about to be a page is told once, as one.
  const isTurning = alert.riskSince !== null && severity === 'notify' && destination.on.includes('page');
  return isTurning && now - (alert.badSince ?? now) < 2 * destination.holdMs ? null : { sending: 'opened', severity };
}

function nextOf(alert: Alert, told: Told, ask: DueAsk & { destination: AlertSettings }): Next {
  const { destination, concern, waiting, now } = ask;
  const { severity } = told;
  if (told.sending === 'resolved') return null;
  if (alert.resolvedAt !== null) return { sending: 'resolved', severity };
  const held = severityOf(alert, { destination, concern, now });
  if (held === 'page' && severity === 'notify' && destination.on.includes('page')) {
    return { sending: 'escalated', severity: 'page' };
  }
  if (alert.wellSince !== null) {
    const isLong = concern.quietUntil !== null && concern.quietUntil - now > recoveredMs;
    const isWell = now - alert.wellSince >= recoveredMs;
    return isLong && isWell && told.sending !== 'recovered' ? { sending: 'recovered', severity } : null;
  }
  if (told.sending === 'recovered') return held === null ? null : { sending: 'returned', severity };
  const isTime = destination.remindMs !== null && now - told.at >= destination.remindMs;
  return isTime && held !== null && !waiting.has(destination.name) ? { sending: 'reminder', severity } : null;
}

interface Judged {
  destination: AlertSettings;
  concern: Concern;
  now: number;
}

/** As bad as it has been for long enough; null: for so long it has not been bad. */
function severityOf({ chain, badSince, riskSince }: Alert, { destination, concern, now }: Judged): Severity | null {
  const holdMs = chain === null ? destination.holdMs : Math.max(destination.holdMs, incidentMs);
  const isHeld = (since: number | null): boolean => since !== null && now - since >= holdMs;
  if (isHeld(riskSince) || (isHeld(badSince) && concern.errors >= destination.errors)) return 'page';
  return isHeld(badSince) ? 'notify' : null;
}
