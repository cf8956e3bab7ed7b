import type { Storage } from '../../db/storage.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { MOST_STEPS, type Trace } from '../core/trace/trace.ts';
import { traceOf } from '../core/trace/traceOf.ts';
import { OperationError } from './errors.ts';
import { read } from './record.ts';

/** The longest outage that one trace is made of. */
const longestMs = 31 * 86_400_000;
const pageRows = 500;

export interface OutageDeps {
  storage: Pick<Storage, 'listAttempts' | 'listEvents' | 'listProbes'>;
  providers: readonly ProviderSettings[];
}

/**
 * The record of one provider between `from` and `to` (ms since 1970) as a trace without texts or ids. Throws
 * `OperationError`: `not_found` for no such provider or nothing on record, `bad_request` for a span that makes no trace.
 */
export async function outageTrace(
  deps: OutageDeps,
  span: { provider: string; from: number; to: number },
): Promise<Trace> {
  const { from, to } = span;
  const provider = deps.providers.find(({ name }) => name === span.provider);
  if (!provider) {
    const names = deps.providers.map(({ name }) => name).join(', ');
    throw new OperationError('not_found', `There is no provider "${span.provider}". There are: ${names}.`);
  }
  if (from >= to) throw new OperationError('bad_request', '`from` has to be before `to`.');
  if (to - from > longestMs) throw new OperationError('bad_request', 'That is more than 31 days: give a shorter time.');
  await refuseNotClosed(deps, span);
  const attempts = await read(() => deps.storage.listAttempts({ ...span, limit: MOST_STEPS + 1 }));
  const events = await allOf((page) => deps.storage.listEvents({ ...span, ...page }));
  const probes = await allOf((page) => deps.storage.listProbes({ ...span, ...page }));
  const count = attempts.length + events.length + probes.length;
  if (count > MOST_STEPS) {
    throw new OperationError('bad_request', `That is more than ${MOST_STEPS} calls and skips: give a shorter time.`);
  }
  if (count === 0) {
    const sentence = `There is nothing of ${provider.name} in the record from ${iso(from)} to ${iso(to)}.`;
    throw new OperationError('not_found', `${sentence} It may be too old, or the time is another one (UTC).`);
  }
  return traceOf({ from, to, attempts, probes, events }, provider);
}

/** A replay begins with a closed circuit: what it had counted before is in no record. */
async function refuseNotClosed(
  deps: OutageDeps,
  { provider, from }: { provider: string; from: number },
): Promise<void> {
  const { rows } = await read(() => deps.storage.listEvents({ provider, to: from, limit: pageRows }));
  const [last] = rows;
  if (!last || isClosed(last)) return;
  const closed = rows.findIndex(isClosed);
  const first = rows[closed < 0 ? rows.length - 1 : closed - 1] ?? last;
  throw new OperationError(
    'bad_request',
    `At ${iso(from)} its circuit was ${last.to}: begin while it was still closed, before ${iso(first.at)}.`,
  );
}

function isClosed({ to, automatic }: CircuitEvent): boolean {
  return to === 'closed' && automatic === 'closed';
}

type PageOf<Row> = (page: {
  before?: string | undefined;
  limit: number;
}) => Promise<{ rows: Row[]; next: string | null }>;

/** Every page, up to the most that a trace takes. */
async function allOf<Row>(list: PageOf<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  let before: string | undefined;
  do {
    const page = await read(() => list({ before, limit: pageRows }));
    rows.push(...page.rows);
    before = page.next ?? undefined;
  } while (before !== undefined && rows.length <= MOST_STEPS);
  return rows;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
