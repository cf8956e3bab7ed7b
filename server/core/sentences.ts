import type { CircuitEntry, CircuitEvent, OpenCause, TransitionCause } from './circuit/types.ts';
import { showDuration } from './duration.ts';

/** Why a circuit is as it is, or what moved it, in a few words for people: "5 failures in a row". Empty: nothing to say. */
export function causeSentence(subject: CircuitEntry | CircuitEvent): string {
  return 'limits' in subject ? ofEntry(subject) : eventSentences[subject.cause](subject);
}

function ofEntry(entry: CircuitEntry): string {
  switch (entry.state) {
    case 'tripped':
      return withReason(`tripped by ${entry.by}`, entry.reason);
    case 'heldClosed':
      return withReason(`held closed by ${entry.by}`, entry.reason);
    case 'closed':
      return ofClosed(entry);
    case 'open':
    case 'halfOpen': {
      const why = entry.cause
        ? openSentences[entry.cause](factsOf(entry))
        : withReason(`reset by ${entry.by}`, entry.reason);
      return entry.probe.failed > 0 ? `${why}; ${plural(entry.probe.failed, 'probe')} failed since` : why;
    }
  }
}

/** A closed circuit is worth a word only while it comes back, or nears a trip. */
function ofClosed(entry: CircuitEntry): string {
  if (entry.ramp) return `back, with ${Math.round(entry.ramp.share * 100)} % of its traffic`;
  if (entry.timeoutsInARow > 1) return `${entry.timeoutsInARow} of ${entry.limits.timeouts} time-outs in a row`;
  if (entry.failuresInARow > 0)
    return `${entry.failuresInARow} of ${plural(entry.limits.failures, 'failure')} in a row`;
  return '';
}

/** What is known of an opening; null: not known here. */
interface Facts {
  count: number | null;
  rate: number | null;
  windowMs: number | null;
}

function factsOf(entry: CircuitEntry): Facts {
  const asked = entry.cause === 'timeouts' ? entry.limits.timeouts : entry.limits.failures;
  return { count: entry.evidence.length || asked, rate: entry.limits.rate, windowMs: entry.window.ms };
}

const openSentences: Record<OpenCause, (facts: Facts) => string> = {
  failures: ({ count }) => (count ? `${plural(count, 'failure')} in a row` : 'failures in a row'),
  timeouts: ({ count }) => (count ? `${plural(count, 'time-out')} in a row` : 'time-outs in a row'),
  rate: ({ rate, windowMs }) =>
    rate === null || windowMs === null
      ? 'too large a share of its calls failed'
      : `at least ${Math.round(rate * 100)} % of its calls failed within ${showDuration(windowMs)}`,
  throttled: () => 'it asked us to slow down (429)',
  credentials: () => 'it refused our key: ours to mend',
  balance: () => 'the balance is used up: ours to mend',
  model: () => 'it does not know the model: ours to mend',
};

/** An event of an opening has the attempts that led to it, and no limits. */
function opened(cause: OpenCause): (event: CircuitEvent) => string {
  return (event) => openSentences[cause]({ count: event.evidence.length || null, rate: null, windowMs: null });
}

const eventSentences: Record<TransitionCause, (event: CircuitEvent) => string> = {
  failures: opened('failures'),
  timeouts: opened('timeouts'),
  rate: opened('rate'),
  throttled: opened('throttled'),
  credentials: opened('credentials'),
  balance: opened('balance'),
  model: opened('model'),
  cooldown: () => 'left alone for its time: the next call tries it',
  probe: (event) => (event.automatic === 'closed' ? 'a probe was answered' : 'a probe failed'),
  forced: () => 'tried as the last one standing, and it answered',
  recheck: () => 'it answered when asked in the background',
  trip: (event) => withReason(`tripped by ${event.by}`, event.reason),
  hold: (event) => withReason(`held closed by ${event.by}`, event.reason),
  reset: (event) => withReason(`reset by ${event.by}`, event.reason),
  release: (event) => withReason(`released by ${event.by}`, event.reason),
  expired: (event) => `what ${event.by} laid over it came to its end`,
  removed: () => 'it is in the config no more',
};

function withReason(what: string, reason: string | null): string {
  return reason ? `${what}: ${reason}` : what;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
