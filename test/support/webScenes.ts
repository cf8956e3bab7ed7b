import type { CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import type { ChainOverview, ProviderOverview } from '../../server/core/overview.ts';
import { survivalOf } from '../../server/core/survival.ts';
import { chainOf, entryOf, eventOf } from './webCircuits.ts';
import { type Scene, sceneWith } from './webSceneParts.ts';

export const sceneNames = [
  ...(['calm', 'outage', 'tripped', 'lastOne', 'allDown', 'lineDown', 'disconnected', 'twenty'] as const),
  ...(['empty', 'demo'] as const),
];
export type SceneName = (typeof sceneNames)[number];

const first = 'deepseek-v3';
const second = 'llama-3.3-70b';
const third = 'qwen-72b';

/** A scene as of `now`, ms since 1970. */
export function sceneOf(name: SceneName, now: number): Scene {
  return scenes[name](now);
}

const scenes: Record<SceneName, (now: number) => Scene> = {
  calm: (now) => {
    const away = { since: now - 6 * 86_400_000, lastSuccessAt: now - 200 };
    return sceneWith(now, {
      circuits: [
        entryOf(first, { ...away, carries: ['lucy'], inFlight: 37 }),
        entryOf(second, { ...away, inFlight: 0 }),
        entryOf(third, { ...away, inFlight: 0, by: 'ops-night', since: now - 2_691_000 }),
      ],
      rates: [40.6, 0.4, 0],
      states: () => 'closed',
    });
  },
  outage: (now) => outage(now),
  tripped: (now) => {
    const tripped = entryOf(first, {
      state: 'tripped',
      automatic: 'open',
      since: now - 95_000,
      by: 'ops-day',
      reason: 'provider outage: status page says eu-west',
      until: now + 805_000,
    });
    const scene = outage(now);
    const event = eventOf({ seq: 44, provider: first, to: 'tripped', from: 'open', cause: 'trip', at: now - 95_000 });
    return {
      ...scene,
      circuits: [
        tripped,
        ...scene.circuits.slice(1, 2),
        entryOf(third, {
          state: 'heldClosed',
          by: 'ops-night',
          reason: 'its 429s are ours to bear tonight',
          until: now + 2_400_000,
          since: now - 400_000,
        }),
      ],
      overview: { ...scene.overview, totals: { ...scene.overview.totals, open: 0, byHand: 2 } },
      events: [{ ...event, by: 'ops-day', reason: tripped.reason, until: tripped.until }, ...scene.events],
    };
  },
  allDown: (now) => allDown(now),
  lineDown: (now) => {
    const scene = allDown(now);
    const circuits = [first, second, third].map((provider) =>
      entryOf(provider, { state: 'open', cause: 'failures', since: now - 14_000, until: now + 286_000, inFlight: 0 }),
    );
    const providers = circuits.map(({ provider }) => ({ provider, attempts: 5, unconnected: 5 }));
    const ours = { from: now - 30_000, to: now, providers };
    return { ...scene, circuits, overview: { ...scene.overview, ours } };
  },
  lastOne: (now) => lastOne(now),
  disconnected: (now) => outage(now),
  twenty: (now) => twenty(now),
  empty: (now) => {
    const nobodyYet = { since: now - 20_000, inFlight: 0, lastSuccessAt: null };
    const scene = sceneWith(now, {
      circuits: [first, second, third].map((provider) => entryOf(provider, nobodyYet)),
      rates: [0, 0, 0],
      states: () => 'closed',
    });
    const chains = scene.overview.chains.map((chain) => ({ ...chain, carrier: first, ifCarrierGoes: quiet }));
    const { hour, overview } = scene;
    return {
      ...scene,
      overview: { ...overview, chains, providers: overview.providers.map(untouched) },
      hour: { ...hour, minutes: hour.minutes.map((minute) => ({ ...minute, answered: {}, attempts: {}, states: {} })) },
      about: { empty: true },
    };
  },
  demo: (now) => {
    const scene = outage(now);
    const sentence = 'Simulated: deepseek-v3 has an outage of 1 min every 3 min. The next one begins in 42 s.';
    const demo = { sentence, nextOutageAt: now + 42_000 };
    return { ...scene, overview: { ...scene.overview, demo }, about: { demo: true } };
  },
};

function untouched(provider: ProviderOverview): ProviderOverview {
  const uptime = { providerShare: null, callersShare: null };
  return { ...provider, mostCarriedPerSecond: 0, standby: null, uptime };
}

function allDown(now: number): Scene {
  const open = (provider: string, seconds: number, told: Partial<CircuitEntry>) =>
    entryOf(provider, { state: 'open', since: now - seconds * 1_000, until: now + 270_000, inFlight: 0, ...told });
  const scene = sceneWith(now, {
    circuits: [
      open(first, 333, { cause: 'timeouts', probe: { out: 0, of: 1, failed: 2 } }),
      open(second, 120, { cause: 'throttled', until: now + 12_000 }),
      open(third, 60, { cause: 'credentials', until: null, state: 'halfOpen', automatic: 'halfOpen' }),
    ],
    rates: [0, 0, 0.1],
    total: 41,
    states: (place, ago) => (ago < ([6, 3, 2][place] ?? 0) ? (place === 2 ? 'halfOpen' : 'open') : 'closed'),
    errors: (ago) => (ago < 2 ? 1_800 : 0),
  });
  const { totals, chains } = scene.overview;
  return {
    ...scene,
    events: outage(now).events,
    overview: {
      ...scene.overview,
      totals: {
        ...totals,
        open: 2,
        chainsWithNobody: ['lucy'],
        felt: { windowMs: 300_000, requests: 12_318, answered: 9_012, byFallback: 5_400, errors: 3_306 },
      },
      chains: chains.map((chain) => ({
        ...chain,
        carrier: null,
        ifCarrierGoes: {
          verdict: 'nobody',
          next: null,
          sentence: 'callers of lucy get errors now',
        },
      })),
    },
  };
}

/** Two of three are out: callers have an answer by the last, and nobody after that. */
function lastOne(now: number): Scene {
  const out = { state: 'open', inFlight: 0, until: now + 240_000 } as const;
  const scene = sceneWith(now, {
    circuits: [
      entryOf(first, { ...out, cause: 'failures', since: now - 333_000 }),
      entryOf(second, { ...out, cause: 'timeouts', since: now - 62_000 }),
      entryOf(third, { since: now - 2_691_000, carries: ['lucy'], inFlight: 19 }),
    ],
    rates: [0, 0, 41],
    states: (place, ago) => (ago < ([6, 2, 0][place] ?? 0) ? 'open' : 'closed'),
  });
  const { totals, chains } = scene.overview;
  const ifCarrierGoes = survivalOf({ chain: 'lucy', now, carrier: third, next: null, ratePerSecond: 41 });
  return {
    ...scene,
    events: [
      eventOf({ seq: 44, provider: second, cause: 'timeouts', at: now - 62_000, until: out.until }),
      ...outage(now).events,
    ],
    overview: {
      ...scene.overview,
      totals: { ...totals, open: 2, chainsNotSurviving: ['lucy'] },
      chains: chains.map((chain) => ({ ...chain, carrier: third, ifCarrierGoes })),
    },
  };
}

function outage(now: number): Scene {
  const opened = now - 333_000;
  const scene = sceneWith(now, {
    circuits: [
      entryOf(first, {
        state: 'open',
        cause: 'failures',
        since: opened,
        until: now + 267_000,
        evidence: ['R1/0', 'R2/0', 'R3/0', 'R4/0', 'R5/0'],
        probe: { out: 0, of: 1, failed: 1 },
        inFlight: 0,
      }),
      entryOf(second, { since: now - 525_600_000, carries: ['lucy'], inFlight: 16, failuresInARow: 1 }),
      entryOf(third, { since: now - 2_691_000, by: 'ops-night', inFlight: 1 }),
    ],
    rates: [0, 40.6, 0.4],
    states: (place, ago) => {
      if (place === 0) return ago < 6 ? 'open' : 'closed';
      if (place === 1) return ago === 28 ? 'halfOpen' : 'closed';
      return ago > 44 && ago < 58 ? 'tripped' : 'closed';
    },
  });
  return {
    ...scene,
    events: [
      eventOf({
        seq: 43,
        cause: 'probe',
        from: 'halfOpen',
        at: now - 33_000,
        until: now + 267_000,
        evidence: ['R6/0'],
      }),
      eventOf({ seq: 42, cause: 'cooldown', from: 'open', to: 'halfOpen', automatic: 'halfOpen', at: now - 34_000 }),
      eventOf({ seq: 41, at: opened, until: opened + 300_000, evidence: ['R1/0', 'R2/0', 'R3/0', 'R4/0', 'R5/0'] }),
      eventOf({
        seq: 40,
        provider: third,
        cause: 'reset',
        from: 'tripped',
        to: 'closed',
        automatic: 'closed',
        by: 'ops-night',
        reason: 'planned work over',
        at: now - 2_691_000,
      }),
      eventOf({
        seq: 39,
        provider: third,
        cause: 'trip',
        to: 'tripped',
        automatic: 'closed',
        by: 'ops-night',
        reason: 'planned work',
        at: now - 3_480_000,
        until: now + 600_000,
      }),
    ],
  };
}

function twenty(now: number): Scene {
  const names = Array.from({ length: 20 }, (_, index) => `provider-${String(index + 1).padStart(2, '0')}-with-a-name`);
  const states: ShownState[] = ['closed', 'closed', 'open', 'closed', 'halfOpen', 'tripped', 'heldClosed'];
  const stateOf = (place: number) => states[place % states.length] ?? 'closed';
  const takesCalls = (place: number) => !['open', 'tripped'].includes(stateOf(place));
  const scene = sceneWith(now, {
    circuits: names.map((provider, place) =>
      entryOf(provider, {
        state: stateOf(place),
        since: now - 77_000 * (place + 1),
        cause: stateOf(place) === 'open' || stateOf(place) === 'halfOpen' ? 'rate' : null,
        by: stateOf(place) === 'tripped' || stateOf(place) === 'heldClosed' ? 'ops-day' : 'itself',
        reason: stateOf(place) === 'tripped' ? 'answers in another language since the new release of the model' : null,
        until: stateOf(place) === 'closed' || stateOf(place) === 'halfOpen' ? null : now + 61_000 * (place + 1),
        carries: place === 0 ? ['lucy'] : place === 14 ? ['max'] : [],
      }),
    ),
    rates: names.map((_, place) => (takesCalls(place) ? 180 / 2 ** place : 0)),
    states: (place, ago) => (ago < 8 ? stateOf(place) : 'closed'),
  });
  const chain = (told: Partial<ChainOverview>, from: number, to: number) => ({
    ...chainOf(names.slice(from, to)),
    ifCarrierGoes: scene.overview.chains[0]?.ifCarrierGoes ?? quiet,
    ...told,
  });
  const opened = scene.circuits.filter(({ state }) => state === 'open');
  return {
    ...scene,
    events: opened.map(({ provider, since, until }, place) =>
      eventOf({ seq: 90 - place, provider, cause: 'rate', at: since, until }),
    ),
    overview: {
      ...scene.overview,
      chains: [
        chain({ chain: 'lucy', requestsPerSecond: 310 }, 0, 16),
        chain(
          {
            chain: 'max',
            requestsPerSecond: 4.2,
            carrier: names[14] ?? null,
            attemptsPerSecond: alone(names, 14, 4.2),
          },
          12,
          18,
        ),
        chain(
          { chain: 'code', requestsPerSecond: 0, attemptsPerSecond: alone(names, 0, 0), ifCarrierGoes: quiet },
          0,
          1,
        ),
      ],
    },
  };
}

/** One provider of all has the whole traffic. */
function alone(names: string[], place: number, rate: number): Record<string, number> {
  return Object.fromEntries(names.map((name, at) => [name, at === place ? rate : 0]));
}

const quiet: ChainOverview['ifCarrierGoes'] = { verdict: 'noTraffic', next: null, sentence: 'no requests now' };
