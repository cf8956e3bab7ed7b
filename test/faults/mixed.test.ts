import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RescueWay } from '../../server/core/records.ts';
import { playScene } from '../support/faults.ts';
import type { FaultProvider, Play, Wire } from '../support/faultsProvider.ts';
import { trailing } from '../support/faultsRescue.ts';
import { eventOf, eventsOf, framesOf, type Said, says, textOf } from '../support/faultsSaid.ts';

/** Another seed mixes other faults; a failing run names its own. */
const SEED = 20_261_122;
const RUNS = 200;

const strikes: Record<string, Play> = {
  none: (wire) => wire.end(),
  close: (wire) => wire.close(),
  reset: (wire) => wire.reset(),
  silence: (wire) => wire.stall(),
  error: (wire) => {
    wire.chunks(eventOf({ error: { message: 'Overloaded', code: 503 } }));
    wire.end();
  },
  half: async (wire) => {
    wire.chunks(Buffer.from('data: {"choices":[{"delta":{"content":"潮').subarray(0, -1));
    await wire.close();
  },
};

/** One model at three hosts, or three models. */
const own = (by: string, same: boolean): Said =>
  same ? says(by, ['Die ', 'Flut ', 'kommt 潮', ' 🌊.']) : says(by, [`Model ${by} `, 'says ', 'something ', 'else.']);

const provider = fc.record({
  same: fc.boolean(),
  /** What it makes of a begun answer. */
  begun: fc.constantFrom('goesOn', 'beginsAgain', 'refuses'),
  prefill: fc.boolean(),
  events: fc.integer({ min: 0, max: 8 }),
  strike: fc.constantFrom(...Object.keys(strikes)),
  status: fc.constantFrom(...Array<null>(12).fill(null), 401, 404, 429, 500, 503),
});
type Mixed = ReturnType<typeof provider.generate>['value'];

const scene = fc.record({
  providers: fc.array(provider, { minLength: 2, maxLength: 3 }),
  rescue: fc.shuffledSubarray<RescueWay>(['prefill', 'splice', 'discard']),
  discards: fc.boolean(),
  stream: fc.boolean(),
});

function mixed(by: string, one: Mixed): FaultProvider {
  const afresh = own(by, one.same);
  const rest = says(by, [' und', ' geht 🌊.']);
  const goesOn = (begun: string | null) => begun !== null && one.begun === 'goesOn';
  return {
    says: ({ begun }) => [goesOn(begun) ? { ...rest, deltas: [{ content: begun + textOf(rest) }] } : afresh],
    play: async (wire, call) => {
      if (one.status !== null) return wire.reply(one.status, '');
      if (call.begun !== null && one.begun === 'refuses') return wire.reply(400, '');
      await sayUpTo(wire, goesOn(call.begun) ? rest : afresh, one);
      await strikes[one.strike]?.(wire, call);
    },
  };
}

/** The break comes where it was asked for; an answer that does not break is sent whole. */
async function sayUpTo(wire: Wire, said: Said, { events, strike }: Mixed): Promise<void> {
  wire.open();
  const { done } = framesOf(said);
  const all = eventsOf(said).filter((event) => event !== done);
  wire.chunks(...(strike === 'none' ? [...all, done] : all.slice(0, events)));
}

test(`${RUNS} mixed faults (seed ${SEED}): nobody gets a cut or mixed answer as a whole one`, {
  timeout: 60_000,
}, async () => {
  const seen = { succeeded: 0, interrupted: 0, failed: 0, refused: 0, cancelled: 0, rescued: 0 };
  const property = fc.asyncProperty(fc.noBias(scene), async ({ providers, rescue, discards, stream }) => {
    const played = await playScene(
      {
        providers: providers.map((one, index) => mixed(String.fromCharCode(97 + index), one)),
        settings: providers.map(({ prefill }) => ({ prefill: prefill ? trailing : null })),
        rescue,
        headers: discards ? { 'x-recloser-rescue': 'discard' } : {},
      },
      stream,
    );
    seen[played.record.outcome] += 1;
    if (played.record.rescued) seen.rescued += 1;
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  expect(
    Object.entries(seen).filter(([name, count]) => count < 5 && name !== 'cancelled' && name !== 'refused'),
  ).toEqual([]);
  expect(seen).toMatchObject({ cancelled: 0, refused: 0 });
});
