import { alertAbout, concernsOf, type Watched } from './concerns.ts';
import { advanced, dueOf, isDone } from './life.ts';
import type { Alert, AlertSettings, Concern, Told } from './types.ts';

/** A destination that was taken out of the config may come back within so long, and then hears of the end. */
const longestMs = 7 * 86_400_000;

export interface StepAsk extends Watched {
  /** Those that are not done. */
  alerts: readonly Alert[];
  destinations: readonly AlertSettings[];
  /** By the key of an alert: destinations that have not got an earlier message about it yet. */
  waiting: ReadonlyMap<string, ReadonlySet<string>>;
  now: number;
}

export interface Step {
  /** Every alert that is not done, as it is now, and those that have just come to their end. */
  alerts: { alert: Alert; done: boolean }[];
  /** What is to be told. */
  due: { alert: Alert; concern: Concern; told: Told }[];
}

/** One look at everything: how alerts stand, and what is to be told of them. Pure. */
export function step(ask: StepAsk): Step {
  const { alerts, destinations, waiting, now } = ask;
  const alertsNow: Step['alerts'] = [];
  const due: Step['due'] = [];
  const look = (before: Alert | null, concern: Concern): void => {
    const moved = advanced(before, concern, now);
    const told = dueOf(moved, { concern, destinations, waiting: waiting.get(moved.key) ?? new Set(), now });
    const { alert } = told;
    const isOld = alert.resolvedAt !== null && now - alert.resolvedAt > longestMs;
    alertsNow.push({ alert, done: isDone(alert) || isOld });
    due.push(...told.due.map((each) => ({ alert, concern, told: each })));
  };
  const looked = new Set<string>();
  for (const concern of concernsOf(ask)) {
    const before = alertAbout(alerts, concern);
    if (before) looked.add(before.key);
    look(before, concern);
  }
  for (const alert of alerts) if (!looked.has(alert.key)) look(alert, overOf(alert));
  return { alerts: alertsNow, due };
}

function overOf({ incidentId, chain }: Alert): Concern {
  const never = { errors: 0, isRisk: false, detectedAt: null, quietUntil: null };
  return { incidentId, chain, state: 'over', ...never, chains: chain === null ? [] : [chain] };
}
