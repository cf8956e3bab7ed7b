import { describe, expect, test } from 'vitest';
import { does, gives, playScene } from '../support/faults.ts';
import type { FaultProvider, Wire } from '../support/faultsProvider.ts';
import { breaks, toBegun, trailing } from '../support/faultsRescue.ts';
import { eventsOf, says } from '../support/faultsSaid.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const frames = eventsOf(first);
const fails = does((wire) => wire.reply(503, ''));
const leaves = (wire: Wire) => wire.callerLeaves();

/** Says so many events; then its caller leaves, and it says the rest to nobody. */
function leftAfter(events: number): FaultProvider {
  return {
    play: async (wire) => {
      wire.open();
      wire.chunks(...frames.slice(0, events));
      await wire.callerLeaves();
      wire.chunks(...frames.slice(events));
    },
  };
}

const moments: Record<string, [FaultProvider[], string]> = {
  'before the head': [[does(leaves), gives(other)], 'a=cancelled'],
  'before any event': [[leftAfter(0), gives(other)], 'a=cancelled'],
  'after the role': [[leftAfter(1), gives(other)], 'a=cancelled'],
  'after one token': [[leftAfter(2), gives(other)], 'a=cancelled'],
  'before the finish reason': [[leftAfter(5), gives(other)], 'a=cancelled'],
  'at the second provider': [[fails, does(leaves), gives(other)], 'a=503, b=cancelled'],
  'amid the answer of the second': [[fails, leftAfter(3), gives(other)], 'a=503, b=cancelled'],
};

describe.each([true, false])('a caller who leaves (stream: %s)', (stream) => {
  test.each(Object.entries(moments))(
    '%s frees its provider at once, and harms no circuit',
    async (_name, [providers, trail]) => {
      const played = await playScene({ providers }, stream);
      expect([played.trail, played.record.outcome, played.record.status]).toEqual([trail, 'cancelled', 499]);
      expect(played.calls.at(-1)?.state).toBe('closed');
      expect(Object.values(played.circuits).slice(trail.split(',').length - 1)).not.toContain('failure');
    },
  );
});

test('a caller who leaves while somebody goes on with its answer frees them, and nobody else is asked', async () => {
  const providers = [breaks(first, 3, (wire) => wire.close()), toBegun(leaves, other), gives(other)];
  const settings = Array(3).fill({ prefill: trailing });
  const played = await playScene({ providers, settings, rescue: ['prefill'] }, true);
  expect([played.asked, played.trail]).toEqual(['ab', 'a=cut, b=cancelled']);
  expect(played.record).toMatchObject({ outcome: 'cancelled', servedBy: 'a', rescued: false });
  expect(played.circuits).toEqual({ a: 'failure', b: 'well', c: 'well' });
});

test('a caller who gives up after half the time for a first token was waiting for a dead provider', async () => {
  const play: FaultProvider['play'] = async (wire) => {
    await wire.silence(5_000);
    await wire.callerLeaves();
  };
  const played = await playScene({ providers: [{ play }, gives(other)] }, true);
  expect([played.asked, played.circuits.a]).toEqual(['a', 'timeout']);
  expect(played.record.attempts[0]?.failureKind).toBe('abandoned');
});
