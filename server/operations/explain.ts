import type { Storage } from '../../db/storage.ts';
import type { ProviderBook } from '../core/book.ts';
import { type CallClocks, callClocksOf } from '../core/callClocks.ts';
import type { CircuitEvent } from '../core/circuit/types.ts';
import { againstFirstChoice, type FirstChoice, sparedWaitMs } from '../core/explained.ts';
import { timeOfId } from '../core/idTime.ts';
import type { AttemptRecord, RequestRecord } from '../core/records.ts';
import { OperationError } from './errors.ts';
import { letGoBefore, read } from './record.ts';

/** One request, and what the record says around it. */
export type ExplainedRequest = RequestRecord & {
  /** By the ordinals of its skips, the transition that had put the circuit into the state it was skipped for. */
  transitions: Record<number, CircuitEvent>;
  /** About so long would the attempts that were not made have taken, ms: null where none was spared, or nobody knows. */
  sparedMs: number | null;
  /** Null: it was answered by its first choice, or a price or the tokens are not known. */
  firstChoice: FirstChoice | null;
  /** By the names of those that were tried: the clocks over such a call, as they are set now. */
  clocks: Record<string, CallClocks>;
  /** For its first token, as its chain has it now, ms; null: there is no such chain any more. */
  deadlineMs: number | null;
};

/** Transitions looked through for one skip at most. */
const maxLookedThrough = 50;

/** What the config says now. */
export type Settings = Pick<ProviderBook, 'providers' | 'chains'>;

/** One request with every attempt and skip, and why; `not_found` when it is not in the record. */
export async function explainRequest(storage: Storage, id: string, settings: Settings): Promise<ExplainedRequest> {
  const found = await read(() => storage.getRequest(id));
  if (!found) throw new OperationError('not_found', await whyMissing(storage, id));
  const transitions = await transitionsOf(storage, found);
  const failures = await attemptsOf(
    storage,
    Object.values(transitions).flatMap(({ evidence }) => evidence),
  );
  return {
    ...found,
    transitions,
    sparedMs: sparedWaitMs(found, transitions, failures),
    firstChoice: againstFirstChoice(found, new Map(settings.providers.map(({ name, price }) => [name, price]))),
    clocks: clocksOf(found, settings),
    deadlineMs: settings.chains.find(({ name }) => name === found.chain)?.deadlineMs ?? null,
  };
}

function clocksOf(request: RequestRecord, { providers }: Settings): Record<string, CallClocks> {
  const tried = new Set(request.attempts.flatMap(({ provider, outcome }) => (outcome === 'skipped' ? [] : [provider])));
  const set = providers.filter(({ name }) => tried.has(name));
  return Object.fromEntries(set.map((provider) => [provider.name, callClocksOf(provider, request)]));
}

async function whyMissing(storage: Storage, id: string): Promise<string> {
  const at = timeOfId(id);
  const before = await letGoBefore(storage, 'requests');
  if (at === null || before === null || at >= before) {
    return `There is no request "${id}" in the record: it may be too old, or still under way.`;
  }
  const [began, end] = [at, before].map((ms) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  return `Request "${id}" began ${began}, and requests of before ${end} were let go (retention.requests). It is still counted in its minute.`;
}

async function transitionsOf(
  storage: Storage,
  { node, attempts }: RequestRecord,
): Promise<Record<number, CircuitEvent>> {
  const skips = attempts.filter(({ outcome, circuitState }) => outcome === 'skipped' && circuitState !== 'closed');
  const found = await Promise.all(
    skips.map(async ({ ordinal, provider, startedAt, circuitState }) => {
      const filter = { provider, to: startedAt + 1, limit: maxLookedThrough };
      const { rows } = await read(() => storage.listEvents(filter));
      const event = rows.find((each) => each.node === node && each.to === circuitState && each.from !== circuitState);
      return event ? [[ordinal, event] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** What an attempt was, by the id it has in a transition's evidence. */
export interface EvidenceFound {
  id: string;
  /** As in a trail: `503`, `firstToken`. */
  word: string;
}

/** The attempts among `ids` (`<request id>/<ordinal>`) that are in the record. A request still under way is in it soon. */
export async function findEvidence(storage: Storage, ids: readonly string[]): Promise<EvidenceFound[]> {
  const attempts = await attemptsOf(storage, ids);
  return ids.flatMap((id) => {
    const attempt = attempts.get(id);
    return attempt === undefined ? [] : [{ id, word: attempt.word }];
  });
}

/** Every attempt of the requests that `ids` name, by its id. */
async function attemptsOf(storage: Storage, ids: readonly string[]): Promise<Map<string, AttemptRecord>> {
  const requests = [...new Set(ids.map((id) => id.slice(0, id.lastIndexOf('/'))))];
  const found = await Promise.all(requests.map((id) => read(() => storage.getRequest(id))));
  return new Map(
    found.flatMap((request) =>
      (request?.attempts ?? []).map((attempt) => [`${request?.id}/${attempt.ordinal}`, attempt] as const),
    ),
  );
}
