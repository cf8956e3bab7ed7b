import type { Page, ProbeFilter, Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import { closedTime, type ProviderPage, pointsOf, type Span, totalsOf } from '../core/providerPage.ts';
import type { ProbeRecord } from '../core/records.ts';
import { unknownProvider } from './circuits.ts';
import type { Operations } from './operations.ts';
import { read } from './record.ts';

const minuteMs = 60_000;
/** How far back a page looks, and in what steps. */
const ranges = {
  '1h': { lengthMs: 60 * minuteMs, stepMs: minuteMs },
  '6h': { lengthMs: 360 * minuteMs, stepMs: 5 * minuteMs },
  '24h': { lengthMs: 1_440 * minuteMs, stepMs: 20 * minuteMs },
  '7d': { lengthMs: 10_080 * minuteMs, stepMs: 120 * minuteMs },
} as const;

/** Calls whose lengths are read one by one at most; over it only first tokens are told, which the minutes have. */
const mostAnswers = 20_000;
const mostEvents = 500;

/** What there is to say of one provider over a time that ends now. Throws `OperationError`. */
export async function providerPage(
  operations: Operations,
  book: ProviderBook,
  { provider: name, range }: { provider: string; range: keyof typeof ranges },
): Promise<ProviderPage> {
  const { board, clock, storage } = operations;
  const entry = board.look(name);
  const provider = book.providers.find((one) => one.name === name);
  if (!entry || !provider) throw unknownProvider(operations, name);
  const { lengthMs, stepMs } = ranges[range];
  const now = clock.wall();
  const span: Span = { from: Math.floor((now - lengthMs) / stepMs + 1) * stepMs, to: now, stepMs };
  const of = { provider: name, from: span.from, to: now };
  const [minutes, attempts, events] = await Promise.all([
    read(() => storage.listProviderMinutes({ ...of, stepMs })),
    read(() => storage.listAttempts({ ...of, limit: mostAnswers + 1 })),
    eventsOf(storage, of),
  ]);
  const durationsRead = attempts.length <= mostAnswers;
  const answers = durationsRead ? attempts.filter(({ outcome }) => outcome === 'succeeded') : [];
  return {
    now,
    ...span,
    model: provider.model,
    entry,
    breaker: provider.breaker,
    points: pointsOf(minutes.rows, answers, span),
    totals: totalsOf(minutes.rows, closedTime(events, entry, { ...span, heardFrom: attempts[0]?.startedAt ?? null })),
    complete: minutes.complete,
    durationsRead,
    chains: book.chains.flatMap(({ name: chain, providers }) => {
      const place = providers.indexOf(name);
      return place < 0 ? [] : [{ chain, place, of: providers.length }];
    }),
    effective: book.effective[name] ?? [],
  };
}

/** The transitions of the time, and the last one before it. */
async function eventsOf(
  storage: Pick<Storage, 'listEvents'>,
  { provider, from, to }: { provider: string; from: number; to: number },
): Promise<CircuitEvent[]> {
  const within = await read(() => storage.listEvents({ provider, from, to, limit: mostEvents }));
  const before = await read(() => storage.listEvents({ provider, to: from, limit: 1 }));
  return [...within.rows, ...before.rows];
}

/** Calls of our own, newest first. */
export function listProbes(storage: Storage, filter: ProbeFilter): Promise<Page<ProbeRecord>> {
  return read(() => storage.listProbes(filter));
}
