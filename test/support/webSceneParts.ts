import type { CircuitEntry, CircuitEvent, ShownState } from '../../server/core/circuit/types.ts';
import type { LiveEvent } from '../../server/core/live.ts';
import type { Hour, HourMinute, Overview, ProviderOverview, TripPreview } from '../../server/core/overview.ts';
import type { Role } from '../../server/core/roles.ts';
import { chainOf, minuteMs, providerOf } from './webCircuits.ts';

/** Everything the live page is told, made up: for looking at it in states that are rare in life. */
export interface Scene {
  circuits: CircuitEntry[];
  overview: Overview;
  hour: Hour;
  /** Newest first. */
  events: CircuitEvent[];
  storage: Extract<LiveEvent, { type: 'storage' }>['status'];
  preview: TripPreview;
  /** Of who looks; default: `admin`. */
  role?: Role;
  /** What the program says of itself, where it differs. */
  about?: { empty?: boolean; demo?: boolean };
}

/** What a scene says of itself; the rest follows. */
export interface Told {
  circuits: CircuitEntry[];
  /** Attempts a second, one a circuit. */
  rates: number[];
  /** Requests a second; default: the sum of the attempts. */
  total?: number;
  /** State of the circuit at a place so many minutes ago. */
  states: (place: number, ago: number) => ShownState;
  errors?: (ago: number) => number;
}

/** A scene as of `now`, ms since 1970, with what is told of it. */
export function sceneWith(now: number, told: Told): Scene {
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
        chainsNotSurviving: [],
        felt: { windowMs: 300_000, requests, answered: requests, byFallback, errors: 0 },
      },
      chains: [survivingChain(names, { requestsPerSecond: total, open: open > 0 })],
      providers: circuits.map((entry, place) => overviewOf(entry, { place, rate: rates[place] ?? 0, now })),
      ours: null,
      demo: null,
    },
    hour: { now, minutes: minutesOf(now, { names, total, states, errors }), acts: [] },
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
    priceRatios: { lucy: [1, 0.6, 1.4][at.place] ?? null },
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
