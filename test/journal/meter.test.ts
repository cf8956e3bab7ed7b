import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Overviews } from '../../server/journal/overview.ts';
import { attempt, event, noon, request } from '../db/support/records.ts';
import { defaults, providerNamed, Rig } from '../support/breaker.ts';
import { chains, live, metered, names, someRequests, spanMs } from '../support/meterTraffic.ts';
import { slowFelt, slowMinutes, slowProvider } from '../support/slowCount.ts';

const now = noon + spanMs;

describe('the meter shows what a slow count of the raw records shows', () => {
  test('of traffic: what callers felt, each provider, each minute, the most carried', () => {
    fc.assert(
      fc.property(someRequests(80), (requests) => {
        const { overviews } = live(requests, []);
        const overview = overviews.get();
        expect(overview.totals.felt).toEqual(slowFelt(requests, now));
        for (const shown of overview.providers) {
          const { firstTokens, callersShare, ...counted } = slowProvider(requests, shown.provider, now);
          expect(shown).toMatchObject(counted);
          expect(shown.uptime.callersShare).toBe(callersShare);
          isNear(shown.firstTokenP50Ms, firstTokens, 0.5);
          isNear(shown.firstTokenP95Ms, firstTokens, 0.95);
        }
        const minutes = overviews
          .hour()
          .minutes.map(({ answered, errors, attempts }) => ({ answered, errors, attempts }));
        expect(minutes).toEqual(slowMinutes(requests, now));
      }),
      { numRuns: 150 },
    );
  });
});

/** Of the exact percentile, as near as the histogram tells them apart. */
function isNear(shown: number | null, sorted: number[], share: number): void {
  const exact = sorted[Math.ceil(share * sorted.length) - 1];
  if (exact === undefined) expect(shown).toBeNull();
  else expect(Math.abs((shown ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.03 + 1);
}

describe('the last hour', () => {
  const open = event(1, { at: noon + 90_000, until: null });
  const closed = event(2, { at: noon + 200_000, from: 'open', to: 'closed', automatic: 'closed', cause: 'probe' });

  test('a minute shows the worst state its circuit was in, and nothing from before the program ran', () => {
    const { clock, meter, overviews } = metered();
    clock.advance(90_000);
    meter.transition(open);
    clock.advance(110_000);
    meter.transition(closed);
    clock.advance(60_000);
    const states = overviews.hour().minutes.map((minute) => minute.states['deepseek-v3']);
    expect(states.slice(-6)).toEqual([null, 'closed', 'open', 'open', 'open', 'closed']);
    expect(overviews.hour().minutes.at(-1)?.states['qwen-72b']).toBe('closed');
  });

  test('what operators did is in it, however many transitions came after', () => {
    const { clock, meter, overviews } = metered();
    const tripped = event(1, { at: noon + 10_000, to: 'tripped', cause: 'trip', by: 'ops-day' });
    clock.advance(20_000);
    meter.transition(tripped);
    for (let seq = 2; seq < 300; seq += 1) meter.transition(event(seq, { at: noon + 11_000 + seq, cause: 'failures' }));
    const { at, provider, cause, by } = tripped;
    expect(overviews.hour().acts).toEqual([{ at, provider, cause, by }]);
    clock.advance(61 * 60_000);
    expect(overviews.hour().acts).toEqual([]);
  });

  test('the uptime of a provider is the share of the time in which its machine was closed, whoever tripped it', () => {
    const { clock, meter, overviews } = metered();
    // Whole minutes are counted, and the program began 20 s into one.
    const knownMs = 20_000 + 260_000;
    clock.advance(90_000);
    meter.transition(open);
    clock.advance(110_000);
    meter.transition(closed);
    meter.transition(
      event(3, { at: noon + 200_000, provider: 'qwen-72b', to: 'tripped', automatic: 'closed', cause: 'trip' }),
    );
    clock.advance(60_000);
    const share = (name: string) => overviews.get().providers.find(({ provider }) => provider === name)?.uptime;
    expect(share('deepseek-v3')?.providerShare).toBeCloseTo((knownMs - 110_000) / knownMs, 10);
    expect(share('qwen-72b')?.providerShare).toBeNull();
    meter.request(
      request('R1', { startedAt: clock.wall(), durationMs: 0, attempts: [attempt({ provider: 'qwen-72b' })] }),
    );
    expect(share('qwen-72b')?.providerShare).toBe(1);
  });
});

test('a wall clock that is set back an hour and forth again leaves no count twice and none from the future', () => {
  const { clock, meter, overviews } = metered();
  const ending = (id: string) => request(id, { startedAt: clock.wall(), durationMs: 0 });
  clock.advance(10_000);
  meter.request(ending('r1'));
  clock.jumpWall(-3_600_000);
  expect(overviews.get().totals.felt.requests).toBe(0);
  meter.request(ending('r2'));
  expect(overviews.get().totals.felt.requests).toBe(1);
  clock.jumpWall(3_600_000);
  meter.request(ending('r3'));
  expect(overviews.get().totals.felt.requests).toBeLessThanOrEqual(2);
  const answered = overviews.hour().minutes.reduce((sum, minute) => sum + (minute.answered['deepseek-v3'] ?? 0), 0);
  expect(answered).toBeLessThanOrEqual(3);
});

test('right after the start a rate is of the seconds that were, not of ten', () => {
  const { clock, meter, overviews } = metered();
  for (const id of ['r1', 'r2', 'r3', 'r4']) meter.request(request(id, { startedAt: noon, durationMs: 0 }));
  clock.advance(2_000);
  expect(overviews.get().chains[0]?.requestsPerSecond).toBe(2);
});

test('every name in an overview is of the config, in its order', () => {
  const { overviews } = metered();
  const { providers, chains } = overviews.get();
  expect(providers.map(({ provider }) => provider)).toEqual(names);
  expect(chains.map(({ chain }) => chain)).toEqual(['lucy', 'solo']);
});

test('a price is against the first choice of each chain, prompts and answers both counted', () => {
  const { clock, meter } = metered();
  const priced = (name: string, input: number, output: number) => {
    return { ...providerNamed(name, defaults), price: { input, cachedInput: input, output } };
  };
  const providers = [priced('dear', 1, 5), priced('cheap', 0.5, 2.5), providerNamed('unpriced', defaults)];
  const [chain] = chains;
  if (!chain) throw new Error('There is a chain.');
  const two = [
    { ...chain, name: 'lucy', providers: ['dear', 'cheap', 'unpriced'] },
    { ...chain, name: 'luna', providers: ['cheap', 'dear'] },
  ];
  const { board } = new Rig({ names: ['dear', 'cheap', 'unpriced'] });
  const overviews = new Overviews({ chains: two, providers, meter, circuits: () => board.list(), clock, demo: null });
  expect(overviews.get().providers.map(({ priceRatios }) => priceRatios)).toEqual([
    { lucy: 1, luna: 2 },
    { lucy: 0.5, luna: 1 },
    { lucy: null },
  ]);
});
