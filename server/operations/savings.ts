import type { SavingsSlice, Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import { dialects } from '../core/dialects/dialects.ts';
import type { Incident } from '../core/incidents/types.ts';
import { savingsOf } from '../core/savings/figures.ts';
import { type BillingShareRecord, billingKinds, type ProviderShares, sharesOf } from '../core/savings/shares.ts';
import { type IncidentSpan, type SavingsSummary, type ShownShare, summaryOf } from '../core/savings/summary.ts';
import { mergeTallies } from '../core/savings/tally.ts';
import type { Figures, Opening, SavingsFacts } from '../core/savings/types.ts';
import { OperationError, unknownName } from './errors.ts';
import type { Caller, Operations } from './operations.ts';
import { read } from './record.ts';
import { type DropShareInput, maxSpanMs, type SavingsInput, type SetShareInput } from './savingsInputs.ts';

/** Savings, and what is known of bills. All throw `OperationError`. */

const dayMs = 86_400_000;
/** Of ten thousand skips each: over it what is left of the time is not counted, and that is said. */
const maxSlices = 200;
const mostTerms = 500;
const mostIncidents = 500;

type Deps = Pick<Operations, 'storage' | 'clock'>;

/** What leaving broken providers alone has saved in a time, and what it cost. */
export async function savingsSummary(deps: Deps, book: ProviderBook, input: SavingsInput): Promise<SavingsSummary> {
  const now = deps.clock.wall();
  const { to = now, from = to - dayMs, zone, by = null } = input;
  if (from >= to || to - from > maxSpanMs) {
    throw new OperationError('bad_request', 'Savings are of a time of at most 100 days, with `from` before `to`.');
  }
  const [counted, incidents] = await Promise.all([
    read(() => countAll(deps.storage, book, { from, to, zone })),
    by === null || by === 'incident' ? incidentsOf(deps.storage, now) : [],
  ]);
  return summaryOf(counted.facts, {
    ...{ now, from, to, zone, by, incidents, mostTerms, trips: counted.trips, countedUntil: counted.until },
    providers: book.providers.map(({ name }) => name),
  });
}

/** What the openings of an incident have saved, up to a moment; null: none of it was an opening. Rejects with `StorageError`. */
export async function savingsOfIncident(
  storage: Storage,
  book: ProviderBook,
  { incident, to }: { incident: Pick<Incident, 'troubles' | 'beganAt'>; to: number },
): Promise<Figures | null> {
  const keys = new Set(incident.troubles.map(({ key }) => key));
  const { facts } = await countAll(storage, book, { from: incident.beganAt, to, zone: 'UTC' });
  const openings = facts.openings.filter(({ id }) => keys.has(`circuit ${id}`));
  if (openings.length === 0) return null;
  const own = new Set<string | null>(openings.map(({ id }) => id));
  const of = <Row extends { opening: string | null }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ opening }) => own.has(opening));
  const { skips, probes } = facts.tallies;
  return savingsOf({ ...facts, openings, tallies: { skips: of(skips), leftOut: [], probes: of(probes) } });
}

interface Counted {
  facts: SavingsFacts;
  trips: Map<string, number>;
  until: number;
}

/** Slice by slice, so that whoever else reads the record waits for one slice only. */
async function countAll(
  storage: Storage,
  book: ProviderBook,
  { from, to, zone }: { from: number; to: number; zone: string },
): Promise<Counted> {
  const slices: SavingsSlice[] = [];
  let until = from;
  while (until < to && slices.length < maxSlices) {
    const slice = await storage.countSavings({ from: until, to, zone });
    slices.push(slice);
    until = slice.until;
  }
  const openings = new Map<string, Opening>();
  const trips = new Map<string, number>();
  for (const slice of slices) {
    // The later slice has seen more of an opening that both have.
    for (const opening of slice.openings) openings.set(opening.id, opening);
    for (const { provider, trips: count } of slice.trips) trips.set(provider, (trips.get(provider) ?? 0) + count);
  }
  const facts = {
    openings: [...openings.values()],
    tallies: mergeTallies(slices.map(({ tallies }) => tallies)),
    prices: new Map(book.providers.map(({ name, price }) => [name, price])),
    shares: overlaid(book, await storage.listBillingShares()),
  };
  return { facts, trips, until };
}

async function incidentsOf(storage: Storage, now: number): Promise<IncidentSpan[]> {
  const { rows } = await read(() => storage.listIncidents({ limit: mostIncidents }));
  return rows.map(({ id, title, providers, beganAt, resolvedAt, quietUntil }) => ({
    ...{ id, title, providers, beganAt },
    endedAt: resolvedAt === null && (quietUntil === null || quietUntil > now) ? null : (resolvedAt ?? quietUntil),
  }));
}

function vendorShares({ providers }: ProviderBook): Map<string, ProviderShares> {
  return new Map(providers.map(({ name, dialect }) => [name, sharesOf(dialects[dialect])]));
}

function overlaid(book: ProviderBook, written: readonly BillingShareRecord[]): Map<string, ProviderShares> {
  const shares = vendorShares(book);
  for (const { provider, kind, promptShare, outputShare, source, dated } of written) {
    const of = shares.get(provider);
    if (of) shares.set(provider, { ...of, [kind]: { promptShare, outputShare, source, dated } });
  }
  return shares;
}

/** What is taken to be billed of failed calls, of every provider and kind. */
export async function listShares({ storage }: Pick<Deps, 'storage'>, book: ProviderBook): Promise<ShownShare[]> {
  const records = await read(() => storage.listBillingShares());
  return [...vendorShares(book)].flatMap(([provider, shares]) =>
    billingKinds.map((kind) => {
      const vendor = shares[kind];
      const record = records.find((one) => one.provider === provider && one.kind === kind);
      if (!record) return { provider, kind, ...vendor, written: null, vendor };
      const { promptShare, outputShare, source, dated, by, at, reason } = record;
      return { provider, kind, promptShare, outputShare, source, dated, written: { by, at, reason }, vendor };
    }),
  );
}

/** Writes over what the vendor's table says; on the disk, with its audit row, when this resolves. */
export async function setShare(
  operations: Operations,
  book: ProviderBook,
  { caller, input }: { caller: Caller; input: SetShareInput },
): Promise<ShownShare> {
  const before = await shareOf(operations, book, input);
  const { provider, kind, reason, ...share } = input;
  const put = { provider, kind, ...share, reason, by: caller.who, at: operations.clock.wall() };
  const audit = auditOf(operations, caller, { what: 'savings.setShare', input, before: plain(before), after: share });
  await read(() => operations.storage.act({ event: null, stored: null, audit, share: { put } }));
  return shareOf(operations, book, input);
}

/** Takes it away again, so that the vendor's table stands. */
export async function dropShare(
  operations: Operations,
  book: ProviderBook,
  { caller, input }: { caller: Caller; input: DropShareInput },
): Promise<ShownShare> {
  const { vendor, ...before } = await shareOf(operations, book, input);
  if (before.written === null) {
    const sentence = `Nobody has written over what is known of ${input.provider}, ${input.kind}: nothing to take away.`;
    throw new OperationError('conflict', sentence);
  }
  const audit = auditOf(operations, caller, { what: 'savings.dropShare', input, before: plain(before), after: vendor });
  await read(() => operations.storage.act({ event: null, stored: null, audit, share: { drop: input } }));
  return shareOf(operations, book, input);
}

async function shareOf(
  operations: Operations,
  book: ProviderBook,
  { provider, kind }: Pick<DropShareInput, 'provider' | 'kind'>,
): Promise<ShownShare> {
  const found = (await listShares(operations, book)).find((one) => one.provider === provider && one.kind === kind);
  if (found) return found;
  throw unknownName(
    'provider',
    provider,
    book.providers.map(({ name }) => name),
  );
}

function plain({ promptShare, outputShare, source, dated }: Omit<ShownShare, 'vendor'>): object {
  return { promptShare, outputShare, source, dated };
}

function auditOf(
  { clock, newId }: Operations,
  { who, from }: Caller,
  act: { what: string; input: DropShareInput; before: object; after: object },
) {
  const { what, input, before, after } = act;
  return {
    ...{ id: newId(), at: clock.wall(), who, from, what, outcome: 'done' as const, reason: input.reason },
    ...{ subject: input.provider, before: { kind: input.kind, ...before }, after: { kind: input.kind, ...after } },
  };
}
