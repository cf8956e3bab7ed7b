import { expect, test } from 'vitest';
import { fromTheBeginning, goOnFrom, incidentsOf } from '../../../server/core/incidents/incidents.ts';
import type { Incident } from '../../../server/core/incidents/types.ts';
import { minutes, RecordMaker } from './record.ts';

const told = (maker: RecordMaker, until: number) =>
  incidentsOf(maker.make(), { ...fromTheBeginning, until: minutes(until) });

test('a circuit that opens is an incident, which began with the first failure that opened it', () => {
  const maker = new RecordMaker().outage('deepseek-v3', { from: 2, to: 42 }).began('r1/0', minutes(1.5));
  const [incident, ...others] = told(maker, 60);
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    state: 'watching',
    title: 'deepseek-v3 stopped answering',
    beganAt: minutes(1.5),
    detectedAt: minutes(2),
    endedAt: minutes(42),
    providers: ['deepseek-v3'],
    chains: [],
  });
});

test('it is over after twice the open time of quiet, and ten minutes at least', () => {
  const long = new RecordMaker().outage('deepseek-v3', { from: 0, to: 40 });
  expect(told(long, 120)[0]).toMatchObject({ state: 'watching', quietUntil: minutes(120) });
  expect(told(long, 121)[0]?.state).toBe('resolved');
  const short = new RecordMaker().outage('deepseek-v3', { from: 0, to: 1 });
  expect(told(short, 11)[0]?.state).toBe('watching');
  expect(told(short, 12)[0]?.state).toBe('resolved');
});

test('providers whose trouble overlaps share one incident, in the order in which they opened', () => {
  const maker = new RecordMaker()
    .outage('deepseek-v3', { from: 0, to: 20 })
    .outage('qwen-72b', { from: 10, to: 30 })
    .outage('llama-3.3-70b', { from: 12, to: 14 });
  const incidents = told(maker, 200);
  expect(incidents.map(({ providers }) => providers)).toEqual([['deepseek-v3', 'qwen-72b', 'llama-3.3-70b']]);
  expect(incidents[0]?.title).toBe('deepseek-v3 and 2 others stopped answering');
});

test('what fails again before it was quiet for long enough is the same incident; later it is another', () => {
  const maker = new RecordMaker()
    .outage('deepseek-v3', { from: 0, to: 2 })
    .outage('deepseek-v3', { from: 11, to: 12 })
    .outage('deepseek-v3', { from: 23, to: 24 });
  const incidents = told(maker, 100);
  expect(incidents.map(({ troubles }) => troubles.length)).toEqual([2, 1]);
});

test('a flapping circuit is one incident, and is called so', () => {
  const maker = new RecordMaker();
  for (let flap = 0; flap < 14; flap += 1) maker.outage('deepseek-v3', { from: flap * 5, to: flap * 5 + 1 });
  const incidents = told(maker, 200);
  expect(incidents).toHaveLength(1);
  expect(incidents[0]?.troubles).toHaveLength(14);
  expect(incidents[0]?.title).toBe('deepseek-v3 kept failing and coming back');
});

test('a throttle that is over within a minute is no incident, a longer one is', () => {
  const passing = new RecordMaker().outage('deepseek-v3', { from: 0, to: 0.9, cause: 'throttled' });
  expect(told(passing, 10)).toEqual([]);
  const longer = new RecordMaker().outage('deepseek-v3', { from: 0, to: 1.5, cause: 'throttled' });
  expect(told(longer, 0.9)).toEqual([]);
  expect(told(longer, 10)[0]?.title).toBe('deepseek-v3 asked us to slow down');
});

test('a throttle is trouble from the failure on that shows more than that: found by made-up records, told step by step', () => {
  const maker = new RecordMaker()
    .outage('llama-3.3-70b', { from: 37.8, to: 38.4, cause: 'throttled', failedProbes: 1 })
    .chain('lucy', [-30, 60], (at) => (at === 37 ? { errors: 3 } : {}));
  const record = maker.make();
  const kept = new Map<string, Incident>();
  let from = fromTheBeginning;
  for (const until of [38, 39, 60].map(minutes)) {
    for (const incident of incidentsOf(record, { ...from, until })) kept.set(incident.key, incident);
    from = goOnFrom([...kept.values()], until);
  }
  expect([...kept.values()]).toEqual(told(maker, 60));
  expect([...kept.values()].map(({ troubles }) => troubles.map(({ kind, detectedAt }) => [kind, detectedAt]))).toEqual([
    [
      ['errors', minutes(38)],
      ['circuit', minutes(38.1)],
    ],
  ]);
});

test('callers who get errors are an incident also where no circuit opened; a few over a long time are none', () => {
  const errors = { errors: 2, firstErrorAt: minutes(30.2), lastErrorAt: minutes(31.7) };
  const maker = new RecordMaker().chain('lucy', [0, 60], (at) => (at === 30 || at === 31 ? errors : {}));
  expect(told(maker, 33)[0]).toMatchObject({
    title: 'Callers of lucy got errors',
    state: 'open',
    beganAt: minutes(30.2),
    detectedAt: minutes(32),
    chains: ['lucy'],
    providers: [],
  });
  expect(told(maker, 60)[0]).toMatchObject({ state: 'resolved', endedAt: minutes(32) });
  const few = new RecordMaker().chain('lucy', [0, 60], (at) => (at % 10 === 0 ? { errors: 2 } : {}));
  expect(told(few, 60)).toEqual([]);
});

test.each([
  ['fallbacks', { fallbacks: 30 }, { fallbacks: 15 }, 'lucy was answered by fallbacks more than usual'],
  ['slow', { firstTokenMs: 1_200 }, { firstTokenMs: 700 }, 'lucy was slow to answer'],
] as const)('three minutes in a row beyond what is usual are a brownout: %s', (_what, out, between, title) => {
  const maker = new RecordMaker().chain('lucy', [0, 60], (at) =>
    at === 25 || (at >= 30 && at < 35) ? out : at >= 35 && at < 40 ? between : {},
  );
  expect(told(maker, 45)).toMatchObject([
    { title, beganAt: minutes(30), detectedAt: minutes(33), endedAt: minutes(40), state: 'watching' },
  ]);
  expect(told(maker, 41)).toMatchObject([{ state: 'open', endedAt: null }]);
});

test('nothing is out of the usual before it is known what is usual, or with too few requests to say', () => {
  const early = new RecordMaker().chain('lucy', [0, 30], (at) => (at >= 5 ? { fallbacks: 90 } : {}));
  expect(told(early, 30)).toEqual([]);
  const quiet = new RecordMaker().chain('lucy', [0, 60], (at) => (at >= 30 ? { fallbacks: 8, requests: 9 } : {}));
  expect(told(quiet, 60)).toEqual([]);
});

test('while a circuit is open or held by hand, fallbacks have their cause already', () => {
  const maker = new RecordMaker()
    .trip('deepseek-v3', { from: 30, to: 50 })
    .outage('qwen-72b', { from: 60, to: 70 })
    .chain('lucy', [0, 90], (at) => ((at >= 30 && at < 50) || (at >= 60 && at < 72) ? { fallbacks: 98 } : {}));
  expect(told(maker, 200).map(({ key }) => key)).toEqual(['circuit a/3']);
});

test('a chain is judged by circuits of its own requests: one tripped for days elsewhere hides no brownout', () => {
  const providers = ['deepseek-v3', 'llama-3.3-70b'];
  const told = (tripped: string) => {
    const maker = new RecordMaker()
      .trip(tripped, { from: -60, to: 5_000 })
      .chain('lucy', [0, 60], (at) => ({ providers, ...(at >= 30 ? { fallbacks: 90 } : {}) }));
    return incidentsOf(maker.make(), { ...fromTheBeginning, until: minutes(60) });
  };
  expect(told('qwen-72b')).toMatchObject([{ title: 'lucy was answered by fallbacks more than usual' }]);
  expect(told('llama-3.3-70b')).toEqual([]);
});

test('the fault may be ours when every provider fails to connect at once and none answers', () => {
  const none = { attempts: 5, answered: 0, unconnected: 5 };
  const maker = (second: typeof none) =>
    new RecordMaker()
      .outage('deepseek-v3', { from: 1, to: 10 })
      .began('r1/0', minutes(0.5))
      .calls('deepseek-v3', 0, none)
      .calls('qwen-72b', 1, second);
  const ours = told(maker(none), 100)[0];
  expect(ours?.title).toBe('No provider could be reached: the fault may be ours');
  expect(ours?.ours?.providers.map(({ provider }) => provider)).toEqual(['deepseek-v3', 'qwen-72b']);
  expect(told(maker({ ...none, answered: 1 }), 100)[0]?.ours).toBeNull();
  expect(told(maker({ ...none, unconnected: 0 }), 100)[0]?.ours).toBeNull();
});

test('a trip by hand alone is no incident', () => {
  expect(told(new RecordMaker().trip('deepseek-v3', { from: 0, to: 30 }), 100)).toEqual([]);
});
