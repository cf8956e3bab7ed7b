import { expect, test } from 'vitest';
import type { Watched } from '../../../server/core/alerts/concerns.ts';
import { step } from '../../../server/core/alerts/step.ts';
import type { Alert, AlertSettings } from '../../../server/core/alerts/types.ts';
import { chain, destination, incident, minute, second, start } from './support.ts';

type Seen = Partial<Pick<Watched, 'incidents' | 'chains'>>;

/** Looks at each moment (ms after the start) in turn; gives what was told, as `moment destination sending severity`. */
function told(looks: [at: number, seen: Seen][], destinations: AlertSettings[] = [destination()]): string[] {
  let alerts: Alert[] = [];
  return looks.flatMap(([at, { incidents = [], chains = [chain('proven')] }]) => {
    const now = start + at;
    const made = step({ incidents, chains, alerts, destinations, waiting: new Map(), now });
    alerts = made.alerts.filter(({ done }) => !done).map(({ alert }) => alert);
    return made.due.map((due) => `${at / second} ${due.told.destination} ${due.told.sending} ${due.told.severity}`);
  });
}

const open = { incidents: [incident()] };
const one = { incidents: [incident({ errors: 1 })] };
const felt = { incidents: [incident({ errors: 3 })] };
const watching = (quietUntil: number) => ({
  incidents: [incident({ state: 'watching', quietUntil: start + quietUntil })],
});
const over = { incidents: [incident({ state: 'resolved' })] };
const alone = [chain('nobody')];

const table: [fact: string, looks: [number, Seen][], said: string[], destinations?: AlertSettings[]][] = [
  [
    'an outage that was absorbed is notified once it has lasted',
    [
      [0, open],
      [29 * second, open],
      [30 * second, open],
      [60 * second, open],
    ],
    ['30 team opened notify'],
  ],
  [
    'callers who got errors are a page',
    [
      [0, felt],
      [30 * second, felt],
    ],
    ['30 team opened page'],
  ],
  [
    'one caller who got an error is a notice, and a page for who asked for that',
    [
      [0, one],
      [30 * second, one],
      [minute, felt],
    ],
    ['30 team opened notify', '30 any opened page', '60 team escalated page'],
    [destination(), destination({ name: 'any', errors: 1 })],
  ],
  [
    'what is over before it was held is not told',
    [
      [0, open],
      [20 * second, watching(10 * minute)],
      [11 * minute, over],
    ],
    [],
  ],
  [
    'what flaps is told at its second time',
    [
      [0, open],
      [20 * second, watching(10 * minute)],
      [60 * second, open],
      [61 * second, open],
    ],
    ['60 team opened notify'],
  ],
  [
    'a notice turns into a page once, when callers get errors',
    [
      [0, open],
      [30 * second, open],
      [90 * second, felt],
      [120 * second, felt],
    ],
    ['30 team opened notify', '90 team escalated page'],
  ],
  [
    'the risk of its chain turns an outage into one page',
    [
      [0, { ...open, chains: alone }],
      [30 * second, { ...open, chains: alone }],
    ],
    ['30 team opened page'],
  ],
  [
    'a risk that comes and goes at once pages nobody',
    [
      [0, open],
      [40 * second, open],
      [50 * second, { ...open, chains: alone }],
      [60 * second, open],
      [70 * second, { ...open, chains: alone }],
    ],
    ['40 team opened notify'],
  ],
  [
    'it is told again while it lasts, and not while it is watched',
    [
      [0, open],
      [minute, open],
      [30 * minute, open],
      [31 * minute, open],
      [62 * minute, watching(70 * minute)],
      [80 * minute, over],
    ],
    ['60 team opened notify', '1860 team reminder notify', '4800 team resolved notify'],
  ],
  [
    'what is watched for long is told to be well, and told when it returns',
    [
      [0, open],
      [minute, open],
      [20 * minute, watching(80 * minute)],
      [30 * minute, watching(80 * minute)],
      [40 * minute, watching(80 * minute)],
      [45 * minute, open],
      [50 * minute, watching(200 * minute)],
      [200 * minute, over],
    ],
    ['60 team opened notify', '1800 team recovered notify', '2700 team returned notify', '12000 team resolved notify'],
  ],
  [
    'what is over soon is told only then',
    [
      [0, open],
      [minute, open],
      [5 * minute, watching(15 * minute)],
      [15 * minute, watching(15 * minute)],
      [16 * minute, over],
      [17 * minute, over],
    ],
    ['60 team opened notify', '960 team resolved notify'],
  ],
  [
    'an incident that is gone from the record is over',
    [
      [0, open],
      [minute, open],
      [2 * minute, {}],
    ],
    ['60 team opened notify', '120 team resolved notify'],
  ],
  [
    'a chain with nobody behind its carrier is a page without an incident',
    [
      [0, { chains: alone }],
      [30 * second, { chains: alone }],
      [40 * second, {}],
      [5 * minute, {}],
      [6 * minute, {}],
    ],
    ['30 team opened page', '360 team resolved page'],
  ],
  [
    'a chain whose incident is only written a moment later is told by that alone, however soon people want to know',
    [
      [0, { chains: alone }],
      [5 * second, { ...open, chains: alone }],
      [minute, { ...open, chains: alone }],
      [2 * minute, over],
      [9 * minute, {}],
    ],
    ['5 soon opened page', '120 soon resolved page'],
    [destination({ name: 'soon', holdMs: 0 })],
  ],
  [
    'a chain at risk that flaps is one alert',
    [
      [0, { chains: alone }],
      [minute, { chains: alone }],
      [2 * minute, {}],
      [3 * minute, { chains: alone }],
      [4 * minute, {}],
      [10 * minute, {}],
    ],
    ['60 team opened page', '600 team resolved page'],
  ],
  [
    'a chain that is out of the config is over',
    [
      [0, { chains: alone }],
      [minute, { chains: alone }],
      [2 * minute, { chains: [] }],
    ],
    ['60 team opened page', '120 team resolved page'],
  ],
  [
    'a chain of one provider that nobody answers for is a page: its callers get errors',
    [
      [0, { chains: [chain('nobody', { providers: ['llama-3.3-70b'], carrier: null })] }],
      [minute, { chains: [chain('nobody', { providers: ['llama-3.3-70b'], carrier: null })] }],
    ],
    ['60 team opened page'],
  ],
  [
    'a chain of one provider is at risk by its config, and no news',
    [
      [0, { chains: [chain('nobody', { providers: ['llama-3.3-70b'] })] }],
      [minute, { chains: [chain('nobody', { providers: ['llama-3.3-70b'] })] }],
    ],
    [],
  ],
  [
    'who wants pages hears of a notice when it becomes one',
    [
      [0, open],
      [minute, open],
      [2 * minute, felt],
      [3 * minute, over],
    ],
    ['120 pager opened page', '180 pager resolved page'],
    [destination({ name: 'pager', on: ['page'] })],
  ],
  [
    'who wants notices only is told its end, though it became a page',
    [
      [0, open],
      [minute, open],
      [2 * minute, felt],
      [3 * minute, over],
    ],
    ['60 mail opened notify', '180 mail resolved notify'],
    [destination({ name: 'mail', on: ['notify'] })],
  ],
  [
    'who asked for another chain hears nothing',
    [
      [0, felt],
      [minute, felt],
    ],
    [],
    [destination({ chains: ['marie'] })],
  ],
  [
    'an incident of a provider bears on the chains it stands in',
    [
      [0, { incidents: [incident({ chains: [] })] }],
      [minute, { incidents: [incident({ chains: [] })] }],
    ],
    ['60 team opened notify'],
    [destination({ chains: ['lucy'] })],
  ],
  [
    'reminders may be off',
    [
      [0, open],
      [minute, open],
      [90 * minute, open],
    ],
    ['60 team opened notify'],
    [destination({ remindMs: null })],
  ],
];

test.each(table)('%s', (_fact, looks, said, destinations) => {
  expect(told(looks, destinations)).toEqual(said);
});

test('a destination that was out of the config for a while still hears of the end, once', () => {
  const run = (alerts: Alert[], { at, seen, to }: { at: number; seen: Seen; to: AlertSettings[] }) => {
    const { incidents = [] } = seen;
    const made = step({ incidents, chains: [], alerts, destinations: to, waiting: new Map(), now: start + at });
    return {
      said: made.due.map(({ told: { sending } }) => sending),
      alerts: made.alerts.filter(({ done }) => !done).map(({ alert }) => alert),
    };
  };
  const opened = run([], { at: minute, seen: open, to: [destination()] });
  const gone = run(opened.alerts, { at: 2 * minute, seen: over, to: [] });
  const back = run(gone.alerts, { at: 3 * minute, seen: {}, to: [destination()] });
  expect([opened.said, gone.said, back.said]).toEqual([['opened'], [], ['resolved']]);
  expect(back.alerts).toEqual([]);
});

test('a reminder does not queue behind a message that has not arrived', () => {
  const ask = { incidents: [incident()], chains: [], destinations: [destination()] };
  const opened = step({ ...ask, alerts: [], waiting: new Map(), now: start + minute });
  const alerts = opened.alerts.map(({ alert }) => alert);
  const waiting = new Map([[`incident/14/${start + minute}`, new Set(['team'])]]);
  expect(step({ ...ask, alerts, waiting, now: start + 60 * minute }).due).toEqual([]);
  expect(step({ ...ask, alerts, waiting: new Map(), now: start + 60 * minute }).due).toHaveLength(1);
});
