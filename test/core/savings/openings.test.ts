import { describe, expect, it } from 'vitest';
import type { CircuitEvent } from '../../../server/core/circuit/types.ts';
import { openingsOf } from '../../../server/core/savings/openings.ts';
import { event, noon } from '../../db/support/records.ts';

type Told = [at: number, automatic: CircuitEvent['automatic'], cause: CircuitEvent['cause'], by?: string];

function openingsTold(told: Told[], sightings: [at: number, ok: boolean][] = []) {
  const events = told.map(([at, automatic, cause], index) =>
    event(index + 1, { at: noon + at, automatic, cause, evidence: ['r1/0'] }),
  );
  const openings = openingsOf({
    events,
    sightings: sightings.map(([at, ok]) => ({ node: 'a', provider: 'deepseek-v3', at: noon + at, ok })),
    failures: new Map([['r1/0', { kind: 'firstToken', ms: 10_000 }]]),
  });
  const since = (at: number | null) => at && at - noon;
  return openings.map(({ openedAt, lastDownAt, backAt, endedAt, endedBy }) => {
    return { from: since(openedAt), down: since(lastDownAt), back: since(backAt), ended: since(endedAt), endedBy };
  });
}

describe('an opening', () => {
  it('is down until the last failed probe and back from the first good one', () => {
    const told: Told[] = [
      [10, 'open', 'timeouts'],
      [300, 'halfOpen', 'cooldown'],
      [310, 'open', 'probe'],
      [600, 'halfOpen', 'cooldown'],
      [605, 'closed', 'probe'],
    ];
    expect(openingsTold(told)).toEqual([{ from: 10, down: 310, back: 605, ended: 605, endedBy: 'probe' }]);
  });

  it('with no failed probe is down until the last failure alone, and still lasts with no good one', () => {
    expect(openingsTold([[10, 'open', 'failures']])).toEqual([
      { from: 10, down: 10, back: null, ended: null, endedBy: null },
    ]);
  });

  it('is narrowed by pings and forced calls that move no circuit', () => {
    const told: Told[] = [
      [10, 'open', 'failures'],
      [300, 'closed', 'recheck'],
    ];
    const seen: [number, boolean][] = [
      [5, false],
      [100, false],
      [200, true],
      [400, false],
    ];
    expect(openingsTold(told, seen)).toEqual([{ from: 10, down: 100, back: 200, ended: 300, endedBy: 'probe' }]);
  });

  it('that an operator resets was never seen to be back', () => {
    const told: Told[] = [
      [10, 'open', 'failures'],
      [100, 'closed', 'reset'],
    ];
    expect(openingsTold(told)).toEqual([{ from: 10, down: 10, back: null, ended: 100, endedBy: 'hand' }]);
  });

  it('goes on when the answer that closed it breaks off', () => {
    const told: Told[] = [
      [10, 'open', 'failures'],
      [300, 'halfOpen', 'cooldown'],
      [305, 'closed', 'probe'],
      [320, 'open', 'probe'],
      [620, 'halfOpen', 'cooldown'],
      [630, 'closed', 'probe'],
    ];
    expect(openingsTold(told)).toEqual([{ from: 10, down: 320, back: 630, ended: 630, endedBy: 'probe' }]);
  });

  it('whose provider left the config is over, and proves nothing of the provider', () => {
    const told: Told[] = [
      [10, 'open', 'failures'],
      [300, 'closed', 'removed'],
    ];
    expect(openingsTold(told)).toEqual([{ from: 10, down: 10, back: null, ended: 300, endedBy: 'hand' }]);
  });

  it('is none where an operator tripped, until a probe after it fails', () => {
    const told: Told[] = [
      [10, 'closed', 'trip'],
      [100, 'halfOpen', 'expired'],
      [110, 'open', 'probe'],
      [200, 'closed', 'recheck'],
    ];
    expect(openingsTold(told)).toEqual([{ from: 110, down: 110, back: 200, ended: 200, endedBy: 'probe' }]);
  });
});
