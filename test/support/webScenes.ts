import type { CircuitEntry, CircuitEvent, ShownState } from '../../server/core/circuit/types.ts';
import type { LiveEvent } from '../../server/core/live.ts';
import type {
  ChainOverview,
  Hour,
  HourMinute,
  Overview,
  ProviderOverview,
  TripPreview,
} from '../../server/core/overview.ts';
import { chainOf, entryOf, eventOf, minuteMs, providerOf } from './webCircuits.ts';

/** Everything the live page is told, made up: for looking at it in states that are rare in life. */
export interface Scene {
  circuits: CircuitEntry[];
  overview: Overview;
  hour: Hour;
  /** Newest first. */
  events: CircuitEvent[];
  storage: Extract<LiveEvent, { type: 'storage' }>['status'];
  preview: TripPreview;
}

export const sceneNames = ['calm', 'outage', 'tripped', 'allDown', 'disconnected', 'twenty'] as const;
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
  allDown: (now) => {
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
            sentence: 'Every provider of lucy is open; the soonest is tried in 12 s.',
          },
        })),
      },
    };
  },
  disconnected: (now) => outage(now),
  twenty: (now) => twenty(now),
};

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
  const scene = sceneWith(now, {
    circuits: names.map((provider, place) =>
      entryOf(provider, {
        state: stateOf(place),
        since: now - 77_000 * (place + 1),
        cause: stateOf(place) === 'open' || stateOf(place) === 'halfOpen' ? 'rate' : null,
        by: stateOf(place) === 'tripped' || stateOf(place) === 'heldClosed' ? 'ops-day' : 'itself',
        reason: stateOf(place) === 'tripped' ? 'answers in another language since the new release of the model' : null,
        until: stateOf(place) === 'closed' || stateOf(place) === 'halfOpen' ? null : now + 61_000 * (place + 1),
        carries: place === 0 ? ['lucy', 'max', 'code'] : [],
      }),
    ),
    rates: names.map((_, place) => 180 / 2 ** place),
    states: (place, ago) => (ago < 8 ? stateOf(place) : 'closed'),
  });
  const chain = (told: Partial<ChainOverview>, from: number, to: number) => ({
    ...chainOf(names.slice(from, to)),
    ...told,
    ifCarrierGoes: scene.overview.chains[0]?.ifCarrierGoes ?? { verdict: 'noTraffic', next: null, sentence: '' },
  });
  return {
    ...scene,
    overview: {
      ...scene.overview,
      chains: [
        chain({ chain: 'lucy', requestsPerSecond: 310 }, 0, 16),
        chain({ chain: 'max', requestsPerSecond: 4.2 }, 12, 18),
        chain({ chain: 'code', requestsPerSecond: 0 }, 0, 1),
      ],
    },
  };
}

interface Told {
  circuits: CircuitEntry[];
  /** Attempts a second, one a circuit. */
  rates: number[];
  /** Requests a second; default: the sum of the attempts. */
  total?: number;
  /** State of the circuit at a place so many minutes ago. */
  states: (place: number, ago: number) => ShownState;
  errors?: (ago: number) => number;
}

function sceneWith(now: number, told: Told): Scene {
  const { circuits, rates, states, errors = () => 0 } = told;
  const names = circuits.map(({ provider }) => provider);
  const total = told.total ?? rates.reduce((sum, rate) => sum + rate, 0);
  const requests = Math.round(total * 300.4);
  const byFallback = Math.round(requests * (1 - (rates[0] ?? 0) / Math.max(total, 0.1)));
  const open = circuits.filter(({ state }) => state === 'open').length;
  return {
    circuits,
    overview: {
      now,
      totals: {
        providers: names.length,
        open,
        byHand: circuits.filter(({ override }) => override !== 'none').length,
        chainsWithNobody: [],
        chainsNotSurviving: open > 0 ? ['lucy'] : [],
        felt: { windowMs: 300_000, requests, answered: requests, byFallback, errors: 0 },
        attemptsNotMade: open > 0 ? 13_652 : 0,
        waitingSparedMs: open > 0 ? 136_500_000 : null,
      },
      chains: [survivingChain(names, { requestsPerSecond: total, open: open > 0 })],
      providers: circuits.map((entry, place) => overviewOf(entry, { place, rate: rates[place] ?? 0, now })),
      demo: null,
    },
    hour: { now, minutes: minutesOf(now, { names, total, states, errors }) },
    events: [],
    storage: { state: 'ok', problem: null, since: now - 86_400_000 },
    preview: previewOf(names),
  };
}

function survivingChain(names: string[], { requestsPerSecond, open }: { requestsPerSecond: number; open: boolean }) {
  const next = names[open ? 2 : 1] ?? null;
  return chainOf(names, {
    requestsPerSecond,
    carrier: names[open ? 1 : 0] ?? null,
    ifCarrierGoes: open
      ? {
          verdict: 'notProven',
          next,
          sentence: `${next} answered its standby check 3 min ago, but has never carried more than 12 of the 41 requests a second`,
        }
      : { verdict: 'proven', next, sentence: `${next} carried 44 requests a second yesterday and answers now` },
  });
}

function overviewOf(entry: CircuitEntry, at: { place: number; rate: number; now: number }): ProviderOverview {
  const busy = at.rate > 0;
  return providerOf(entry.provider, {
    model: ['deepseek-chat', 'llama-3.3-70b-instruct', 'qwen-2.5-72b-instruct'][at.place] ?? `${entry.provider}-chat`,
    attemptsPerSecond: at.rate,
    attempts: Math.round(at.rate * 300),
    failed: busy && at.place === 1 ? 12 : 0,
    firstTokenP50Ms: busy ? 410 + at.place * 110 : null,
    firstTokenP95Ms: busy ? 1_900 : null,
    priceRatio: [1, 0.6, 1.4][at.place] ?? null,
    mostCarriedPerSecond: [46, 44, 12][at.place] ?? 2,
    standby: at.place === 2 ? { at: at.now - 185_000, ok: true, word: 'ok', ms: 520, costNanoUsd: 12_000 } : null,
    uptime: { providerShare: entry.state === 'open' ? 0.908 : 1, callersShare: busy || at.place < 2 ? 1 : null },
  });
}

function minutesOf(
  now: number,
  told: { names: string[]; total: number } & Required<Pick<Told, 'states' | 'errors'>>,
): HourMinute[] {
  const { names, total, states, errors } = told;
  const last = Math.floor(now / minuteMs) * minuteMs;
  return Array.from({ length: 60 }, (_, index) => {
    const ago = 59 - index;
    const part = ago === 0 ? (now - last) / minuteMs : 1;
    const all = Math.round((total + 5 * Math.sin(index / 6) + 2 * Math.sin(index * 1.7)) * 60 * part);
    const carrier = names.findIndex((_, place) => states(place, ago) === 'closed');
    const answered = carrier === -1 || errors(ago) > 0 ? {} : { [names[carrier] ?? '']: Math.max(0, all) };
    return {
      at: last - ago * minuteMs,
      answered,
      errors: errors(ago),
      states: Object.fromEntries(names.map((name, place) => [name, states(place, ago)])),
      attempts: Object.fromEntries(names.map((name, place) => [name, place < 3 ? 40 : 0])),
    };
  });
}

function previewOf(names: string[]): TripPreview {
  const provider = names[1] ?? '';
  return {
    provider,
    windowMs: 900_000,
    requests: 1_284,
    moved: names.slice(2, 4).map((name, index) => ({ provider: name, requests: index === 0 ? 1_240 : 31 })),
    nobody: 13,
    beyondProven: 402,
    sentence: `In the last 15 minutes 1,284 requests chose it first: 1,240 would have gone to ${names[2] ?? 'nobody'}, and 13 would have had nobody.`,
    epoch: 7,
    state: 'closed',
    automatic: 'closed',
  };
}
