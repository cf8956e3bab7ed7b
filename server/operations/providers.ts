import type { Page, ProbeFilter, Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import type { Clock } from '../core/clock.ts';
import { closedTime, type ProviderPage, pointsOf, type Span, statesOf, totalsOf } from '../core/providerPage.ts';
import type { ProbeRecord } from '../core/records.ts';
import { unknownProvider } from './circuits.ts';
import { OperationError } from './errors.ts';
import type { Circuits } from './operations.ts';
import { read } from './record.ts';

const minuteMs = 60_000;
/** How far back a page looks, and in what steps; the shortest first. */
const ranges = {
  '1h': { lengthMs: 60 * minuteMs, stepMs: minuteMs },
  '6h': { lengthMs: 360 * minuteMs, stepMs: 5 * minuteMs },
  '24h': { lengthMs: 1_440 * minuteMs, stepMs: 20 * minuteMs },
  '7d': { lengthMs: 10_080 * minuteMs, stepMs: 120 * minuteMs },
} as const;

/** Transitions of one time are read so many at once, and so often at most. */
const eventsAtOnce = 500;
const mostReads = 4;

interface ProviderPageDeps {
  board: Pick<Circuits, 'look' | 'list'>;
  clock: Pick<Clock, 'wall'>;
  storage: Pick<Storage, 'listProviderMinutes' | 'listAttempts' | 'listEvents'>;
}

interface ProviderPageAsk {
  provider: string;
  range: keyof typeof ranges;
  /** Ms since 1970; absent: as far back as `range` says. */
  from?: number | undefined;
  /** Ms since 1970; absent: now. */
  to?: number | undefined;
}

/** What there is to say of one provider over a time that ends now, or with a minute that is over. Throws `OperationError`. */
export async function providerPage(
  deps: ProviderPageDeps,
  book: ProviderBook,
  ask: ProviderPageAsk,
): Promise<ProviderPage> {
  const { board, clock, storage } = deps;
  const { provider: name } = ask;
  const entry = board.look(name);
  const provider = book.providers.find((one) => one.name === name);
  if (!entry || !provider) throw unknownProvider(deps, name);
  const span = spanOf(ask, clock.wall());
  const { to: now, stepMs } = span;
  const of = { provider: name, from: span.from, to: now };
  const [minutes, [eldest], { events, cut }] = await Promise.all([
    read(() => storage.listProviderMinutes({ ...of, stepMs })),
    read(() => storage.listAttempts({ ...of, limit: 1 })),
    eventsOf(storage, of),
  ]);
  const states = statesOf(events, entry, { ...span, heardFrom: eldest?.startedAt ?? null, cut });
  return {
    now,
    ...span,
    model: provider.model,
    entry,
    breaker: provider.breaker,
    points: pointsOf(minutes.rows, span),
    totals: totalsOf(minutes.rows, closedTime(states)),
    complete: minutes.complete,
    states,
    chains: book.chains.flatMap(({ name: chain, providers }) =>
      providers.includes(name) ? [{ chain, providers: [...providers] }] : [],
    ),
    effective: book.effective[name] ?? [],
  };
}

/** The time of a page, in whole steps. */
function spanOf({ range, from, to }: ProviderPageAsk, wall: number): Span {
  // Whole minutes, as the record counts them: of a minute that is cut the page would say more later.
  const end = to === undefined ? wall : Math.floor(Math.min(to, wall) / minuteMs) * minuteMs;
  if (from === undefined) {
    const { lengthMs, stepMs } = ranges[range];
    return { from: Math.floor((end - lengthMs) / stepMs + 1) * stepMs, to: end, stepMs };
  }
  const fitting = Object.values(ranges).find(({ lengthMs }) => end - from <= lengthMs + minuteMs);
  const begin = fitting && Math.floor(from / fitting.stepMs) * fitting.stepMs;
  if (begin === undefined || begin >= end) {
    const hint = 'at most 7 days, at least a whole minute that is over, with `from` before `to`';
    throw new OperationError('bad_request', `The page of a provider is of a time of ${hint}.`);
  }
  return { from: begin, to: end, stepMs: fitting?.stepMs ?? minuteMs };
}

/** The transitions of the time, and the last one before it. `cut`: there are more than are read, the eldest are left out. */
async function eventsOf(
  storage: Pick<Storage, 'listEvents'>,
  { provider, from, to }: { provider: string; from: number; to: number },
): Promise<{ events: CircuitEvent[]; cut: boolean }> {
  const events: CircuitEvent[] = [];
  let before: string | undefined;
  for (let reads = 0; reads < mostReads; reads += 1) {
    const page = await read(() => storage.listEvents({ provider, from, to, before, limit: eventsAtOnce }));
    events.push(...page.rows);
    if (page.next === null) {
      const earlier = await read(() => storage.listEvents({ provider, to: from, limit: 1 }));
      return { events: [...events, ...earlier.rows], cut: false };
    }
    before = page.next;
  }
  return { events, cut: true };
}

/** Calls of our own, newest first. */
export function listProbes(storage: Storage, filter: ProbeFilter): Promise<Page<ProbeRecord>> {
  return read(() => storage.listProbes(filter));
}
