import type { CircuitEntry } from '../../server/core/circuit/types.ts';
import { plural, stateWords } from '../words.ts';

/** What the dialogs say, and what they offer. */

/** How long an override lasts: as the server takes it, and for people. `null`: until reset. */
export interface Lasting {
  value: string;
  label: string;
  ms: number | null;
}

const minuteMs = 60_000;

export const lastings: readonly Lasting[] = [
  { value: '5m', label: '5 min', ms: 5 * minuteMs },
  { value: '15m', label: '15 min', ms: 15 * minuteMs },
  { value: '1h', label: '1 h', ms: 60 * minuteMs },
  { value: '4h', label: '4 h', ms: 240 * minuteMs },
];
export const untilReset: Lasting = { value: '', label: 'until reset', ms: null };

export const tripReasons = ['provider outage', 'planned work', 'bad answers', 'cost'];
export const resetReasons = [
  'provider says it is fixed',
  'it answered a probe',
  'planned work over',
  'tripped by mistake',
];
export const maxReasonCharacters = 500;

/** What operators may do about a circuit that is not as it should be. */
export type ResetChoice = 'probe' | 'halfOpen' | 'closed' | 'hold' | 'release';

/** Choices that make sense now, the safest first. */
export function resetChoices(entry: CircuitEntry): ResetChoice[] {
  return entry.override === 'none'
    ? ['probe', 'halfOpen', 'closed', 'hold']
    : ['release', 'probe', 'halfOpen', 'closed', 'hold'];
}

export const choiceWords: Record<
  ResetChoice,
  { label: string; about: (entry: CircuitEntry) => string; button: string }
> = {
  probe: {
    label: 'Probe first',
    about: ({ override }) =>
      override === 'tripped'
        ? 'One small question, now. It stays tripped whatever is answered.'
        : 'One small question, now. A good answer closes an open circuit; a bad one changes nothing.',
    button: 'Probe',
  },
  halfOpen: {
    label: 'Half-open',
    about: () => 'The next call tries it: if that works it closes, if not it opens again.',
    button: 'Reset to half-open',
  },
  closed: {
    label: 'Closed',
    about: () => 'All of its traffic comes back, on a ramp, untested; it may open again by itself.',
    button: 'Reset to closed',
  },
  hold: {
    label: 'Hold closed',
    about: () => 'Callers are sent to it whatever happens, until the end you set.',
    button: 'Hold closed',
  },
  release: {
    label: 'Release',
    about: ({ override, automatic }) =>
      `Ends the ${override === 'heldClosed' ? 'hold' : 'trip'}: it is what its circuit truly is, ${stateWords[automatic].toLowerCase()}.`,
    button: 'Release',
  },
};

/** What a reset forgets. */
export function clearedWords(entry: CircuitEntry): string {
  const { failuresInARow, timeoutsInARow, window, probe, override, automatic } = entry;
  const parts = [
    override === 'tripped' ? 'the trip' : null,
    override === 'heldClosed' ? 'the hold' : null,
    automatic === 'closed' ? null : `that it is ${stateWords[automatic].toLowerCase()}`,
    failuresInARow > 0 ? `${plural(failuresInARow, 'failure')} in a row` : null,
    timeoutsInARow > 0 ? `${plural(timeoutsInARow, 'time-out')} in a row` : null,
    probe.failed > 0 ? `${plural(probe.failed, 'failed probe')}, so its open time is short again` : null,
    window.failures > 0 ? `${window.failures} of ${plural(window.calls, 'call')} failed lately` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Nothing has to be cleared: no failure is counted.' : `Cleared: ${parts.join('; ')}.`;
}
