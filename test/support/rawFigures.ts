import type Database from 'better-sqlite3';
import type { RequestFilter } from '../../db/storage.ts';

/** The figures of the Requests and Live pages, each asked of `requests`, `attempts` and transitions alone, in plain SQL. */
export function rawFigures(sqlite: Database.Database, now: number) {
  const asking = askingOf(sqlite, now);
  return { ...ofTraffic(asking), ...ofProviders(asking, now), ...ofRequests(asking) };
}

type Row = Record<string, number | null>;
type Asking = ReturnType<typeof askingOf>;

function askingOf(sqlite: Database.Database, now: number) {
  const prepared = (text: string) => sqlite.prepare<object>(text);
  return {
    row: (text: string, more: object = {}) => prepared(text).get({ now, ...more }) as Row,
    all: (text: string) => prepared(text).all({ now }),
    list: (text: string, more: object = {}) =>
      prepared(text)
        .pluck()
        .all({ now, ...more }) as number[],
    one: (text: string, more: object = {}) =>
      Number(
        prepared(text)
          .pluck()
          .get({ now, ...more }),
      ),
    counts(text: string, more: object = {}): Record<string, number> {
      const rows = prepared(text)
        .raw()
        .all({ now, ...more }) as [string, number][];
      return Object.fromEntries(rows);
    },
  };
}

const end = '(requests.started_at + requests.duration_ms)';
/** How many slots back from now a request ended: 0 is the slot that runs. */
const back = (slotMs: number) => `(cast(@now as integer) / ${slotMs} - cast(${end} as integer) / ${slotMs})`;
const lastFiveMinutes = `${back(10_000)} between 0 and 29`;
const lastTenSeconds = `${back(1_000)} between 1 and 10`;
const lastHour = `${back(60_000)} between 0 and 59`;
const felt = `outcome in ('failed', 'interrupted')`;
const firstOfTrail = '(select provider from attempts where request_id = requests.id order by ordinal limit 1)';
const tried = "from attempts join requests on requests.id = request_id where attempts.outcome <> 'skipped' and";
const callersOwn = `('requestRefused', 'contextLength', 'contentFilter', 'tooLarge')`;

function ofTraffic({ all, row, one, counts }: Asking) {
  return {
    felt: () =>
      row(`select count(*) requests, total(outcome = 'succeeded') answered, total(${felt}) errors,
        total(outcome = 'succeeded' and served_by <> ${firstOfTrail}) byFallback from requests where ${lastFiveMinutes}`),
    chain: (chain: string) => ({
      inTenSeconds: one(`select count(*) from requests where chain = @chain and ${lastTenSeconds}`, { chain }),
      attempts: counts(`select provider, count(*) ${tried} chain = @chain and ${lastTenSeconds} group by 1`, { chain }),
    }),
    /** What operators did in the last sixty minutes, the one that runs among them. */
    acts: () =>
      all(`select at, provider, cause, "by" from circuit_events
        where cause in ('trip', 'hold', 'reset', 'release')
          and at between (cast(@now as integer) / 60000 - 59) * 60000 and @now order by at`),
    /** Requests of the last fifteen minutes whose first call went to a provider. */
    choseFirst: (provider: string) =>
      one(
        `select count(*) from requests where ${back(60_000)} between 0 and 14 and @provider =
          (select provider from attempts where request_id = requests.id and outcome <> 'skipped' order by ordinal limit 1)`,
        { provider },
      ),
    minute(at: number) {
      const within = `${end} >= @at and ${end} < @at + 60000`;
      const served = `outcome = 'succeeded' and served_by is not null`;
      return {
        answered: counts(`select served_by, count(*) from requests where ${served} and ${within} group by 1`, { at }),
        errors: one(`select count(*) from requests where ${felt} and ${within}`, { at }),
        attempts: counts(`select provider, count(*) ${tried} ${within} group by 1`, { at }),
      };
    },
  };
}

function ofProviders({ row, list, one }: Asking, now: number) {
  const recent = `${tried} provider = @provider and ${lastFiveMinutes}`;
  return {
    provider: (provider: string) =>
      row(
        `select count(*) attempts,
        total(attempts.outcome = 'failed' and failure_kind not in ${callersOwn}) failed ${recent}`,
        { provider },
      ),
    inTenSeconds: (provider: string) =>
      one(`select count(*) ${tried} provider = @provider and ${lastTenSeconds}`, { provider }),
    firstTokens: (provider: string) =>
      list(`select attempts.first_token_ms ${recent} and attempts.first_token_ms is not null order by 1`, { provider }),
    /** The most requests that ended within any sixty whole seconds. */
    mostCarried: (provider: string) =>
      one(
        `with served as (select cast(${end} as integer) / 1000 second from requests where served_by = @provider)
        select coalesce(max((select count(*) from served other
          where other.second <= served.second and other.second > served.second - 60)), 0) from served`,
        { provider },
      ),
    callersShare: (chains: string[]) =>
      row(`select avg(outcome = 'succeeded') share from requests
        where chain in (${chains.map((chain) => `'${chain}'`).join(', ')}) and (outcome = 'succeeded' or ${felt}) and ${lastHour}`)
        .share ?? null,
    /** Share of the last sixty minutes in which its circuit was not open, by its transitions; null: never, and nobody asked it. */
    closedShare(provider: string): number | null {
      const from = (Math.floor(now / 60_000) - 59) * 60_000;
      const moments = (way: string) =>
        list(`select at from circuit_events where provider = @provider and "${way}" = 'open' order by at`, {
          provider,
        });
      const [opened, ended] = [moments('to'), moments('from')];
      const openMs = opened.map((at, index) => Math.min(now, ended[index] ?? now) - Math.max(from, at));
      const lostMs = openMs.reduce((sum, ms) => sum + Math.max(0, ms), 0);
      const asked = one(`select count(*) ${tried} provider = @provider and ${lastHour}`, { provider }) > 0;
      return lostMs === 0 && !asked ? null : 1 - lostMs / (now - from);
    },
  };
}

function ofRequests({ one }: Asking) {
  return {
    /** How many requests fit a filter of the page. */
    count: (filter: Omit<RequestFilter, 'limit'>) =>
      one(`select count(*) from requests where ${whereOf(filter)}`, valuesOf(filter)),
    /** What failures and waits added before the answer. */
    addedWait: (id: string) =>
      one(`select total(wait_ms + duration_ms * (outcome = 'failed')) from attempts where request_id = @id`, { id }),
  };
}

function whereOf({
  chain,
  client,
  outcome,
  provider,
  failureKind,
  fallback,
  rescued,
  felt: ofFelt,
}: Omit<RequestFilter, 'limit'>): string {
  const step = [provider && 'provider = @provider', failureKind && 'failure_kind = @failureKind'].filter(Boolean);
  return [
    'true',
    chain && 'chain = @chain',
    client && 'client = @client',
    outcome && 'outcome = @outcome',
    fallback && `served_by <> ${firstOfTrail}`,
    rescued && 'rescued',
    ofFelt && felt,
    step.length > 0 && `exists (select 1 from attempts where request_id = id and ${step.join(' and ')})`,
  ]
    .filter(Boolean)
    .join(' and ');
}

function valuesOf(filter: object): object {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => typeof value === 'string'));
}
