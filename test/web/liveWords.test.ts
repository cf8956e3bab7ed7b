import { expect, test } from 'vitest';
import type { CircuitEvent, TransitionCause } from '../../server/core/circuit/types.ts';
import { choiceWords, clearedWords, resetChoices } from '../../web/dialogs/words.ts';
import { eventText, mergeEvents, untilWords } from '../../web/pages/liveFeedWords.ts';
import { entryOf, eventOf, noon } from '../support/webCircuits.ts';

const by = { by: 'ops', reason: 'planned work' };
const told: Record<TransitionCause, [Partial<CircuitEvent>, string]> = {
  failures: [{ evidence: ['a/0', 'b/0'] }, 'deepseek-v3 opened: 2 failures in a row.'],
  timeouts: [{ evidence: ['a/0'] }, 'deepseek-v3 opened: 1 time-out in a row.'],
  rate: [{}, 'deepseek-v3 opened: too large a share of its calls failed.'],
  throttled: [{}, 'deepseek-v3 opened: it asked us to slow down (429).'],
  credentials: [{}, 'deepseek-v3 opened: it refused our key: ours to mend.'],
  balance: [{}, 'deepseek-v3 opened: the balance is used up: ours to mend.'],
  model: [{}, 'deepseek-v3 opened: it does not know the model: ours to mend.'],
  cooldown: [{ to: 'halfOpen' }, 'deepseek-v3 is half-open: its time is over, and the next call tries it.'],
  probe: [{}, 'Probe of deepseek-v3 failed. Open again.'],
  forced: [{ to: 'closed' }, 'deepseek-v3 was tried as the last one standing, and answered.'],
  recheck: [{ to: 'closed' }, 'deepseek-v3 answered when asked in the background.'],
  trip: [{ ...by, to: 'tripped' }, 'ops tripped deepseek-v3: “planned work”.'],
  hold: [{ ...by, to: 'heldClosed' }, 'ops held deepseek-v3 closed: “planned work”.'],
  reset: [{ ...by, to: 'closed', automatic: 'closed' }, 'ops reset deepseek-v3 to closed: “planned work”.'],
  release: [{ ...by }, 'ops released deepseek-v3: “planned work”.'],
  expired: [{ by: 'ops', to: 'halfOpen' }, 'What ops laid over deepseek-v3 came to its end.'],
  removed: [
    { to: 'closed', automatic: 'closed' },
    'deepseek-v3 has left the config: nobody will ask whether it is back.',
  ],
};

test.each(Object.entries(told))('a transition by %s is told in a sentence', (cause, [event, sentence]) => {
  expect(eventText(eventOf({ cause: cause as TransitionCause, ...event }))).toBe(sentence);
});

test('what a circuit learns beneath a trip is told as that', () => {
  const beneath = eventOf({ cause: 'failures', evidence: ['a/0', 'b/0'], to: 'tripped' });
  expect(eventText(beneath)).toBe('deepseek-v3 opened: 2 failures in a row, beneath what an operator laid over it.');
});

test('an end is the next try of an open circuit, and the first one of a tripped circuit', () => {
  expect(untilWords(eventOf({ to: 'open' }))).toBe('next try');
  expect(untilWords(eventOf({ to: 'tripped' }))).toBe('tried again from');
  expect(untilWords(eventOf({ to: 'heldClosed' }))).toBe('until');
});

test('a transition that is heard and read from the record is shown once, newest first', () => {
  const heard = [eventOf({ seq: 3, at: noon + 3 }), eventOf({ seq: 2, at: noon + 2 })];
  const read = [eventOf({ seq: 2, at: noon + 2 }), eventOf({ seq: 1, at: noon + 1 }), eventOf({ node: 'b', seq: 2 })];
  expect(mergeEvents(heard, read).map(({ node, seq }) => `${node}${seq}`)).toEqual(['a3', 'a2', 'a1', 'b2']);
});

test('release is offered just where there is something to release', () => {
  expect(resetChoices(entryOf('a', { state: 'open' }))).not.toContain('release');
  expect(resetChoices(entryOf('a', { state: 'tripped' }))[0]).toBe('release');
});

test('a release says what the circuit truly is', () => {
  const tripped = entryOf('a', { state: 'tripped', automatic: 'halfOpen' });
  expect(choiceWords.release.about(tripped)).toBe('Ends the trip: it is what its circuit truly is, half-open.');
});

test('a probe of a tripped provider promises no closing', () => {
  expect(choiceWords.probe.about(entryOf('a', { state: 'tripped' }))).toContain('stays tripped');
  expect(choiceWords.probe.about(entryOf('a', { state: 'open' }))).toContain('closes an open circuit');
});

test('a reset says what it forgets, and that there may be nothing', () => {
  const window = { calls: 12, failures: 7, rate: 7 / 12, ms: 60_000 };
  const entry = entryOf('a', { state: 'open', failuresInARow: 5, probe: { out: 0, of: 1, failed: 2 }, window });
  expect(clearedWords(entry)).toBe(
    'Cleared: that it is open; 5 failures in a row; 2 failed probes, so its open time is short again; 7 of 12 calls failed lately.',
  );
  expect(clearedWords(entryOf('a'))).toBe('Nothing has to be cleared: no failure is counted.');
});
