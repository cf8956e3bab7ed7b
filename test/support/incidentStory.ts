import type { Batch } from '../../db/storage.ts';
import type { CircuitEvent, StoredCircuit } from '../../server/core/circuit/types.ts';
import { fromTheBeginning, incidentsOf } from '../../server/core/incidents/incidents.ts';
import { windowOf } from '../../server/core/incidents/lanes.ts';
import type { IncidentFacts, KeptIncident } from '../../server/core/incidents/report.ts';
import { reportOf } from '../../server/core/incidents/reportOf.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { nothing } from '../../server/core/savings/figures.ts';
import type { Figures } from '../../server/core/savings/types.ts';
import { attempt, event, failure, request, skip, stored } from '../db/support/records.ts';

/**
 * One outage as a record, second by second, with small numbers: deepseek-v3 stops answering, llama-3.3-70b stands in, seven
 * probes fail and the eighth answers; meanwhile somebody trips qwen-72b. Nobody gets an error.
 */

const secondMs = 1_000;
const minuteMs = 60_000;

/** Moments of the story, ms after `start`. */
export const moments = {
  firstFailure: 91 * secondMs,
  opened: 118 * secondMs,
  probeEvery: 5 * minuteMs,
  closed: 118 * secondMs + 40 * minuteMs,
  tripped: 20 * minuteMs + 5 * secondMs,
  released: 35 * minuteMs + 5 * secondMs,
  ends: 140 * minuteMs,
};
const callEveryMs = 5 * secondMs;
const beforeMs = 10 * minuteMs;

type Circuit = { seq: number } & Partial<CircuitEvent>;

/** `start`: ms since 1970, a whole second. Calls come each five seconds from ten minutes before it. */
export function storyOf(start: number): Batch & { from: number; to: number } {
  const events = transitions(start);
  return {
    from: start - beforeMs,
    to: start + moments.ends,
    requests: calls(start),
    events: events.map((each) => ({ event: each, stored: circuitAfter(each) })),
    audit: [],
    probes: [],
  };
}

function calls(start: number): RequestRecord[] {
  const found: RequestRecord[] = [];
  const at = (index: number) => start - beforeMs + index * callEveryMs;
  for (let index = 0; at(index) < start + moments.ends; index += 1) {
    const id = `story${String(index).padStart(5, '0')}`;
    found.push(callAt(id, at(index), at(index) - start));
  }
  return found;
}

function callAt(id: string, startedAt: number, after: number): RequestRecord {
  const failed = (permit: AttemptRecord['permit']): AttemptRecord => ({
    ...failure(0, 'deepseek-v3', 'firstToken'),
    ...{ word: 'firstToken', status: null, startedAt, durationMs: 10_000, permit },
  });
  const answered = (ordinal: number, provider: string, waitedMs: number): AttemptRecord =>
    attempt({ ordinal, provider, startedAt: startedAt + waitedMs, permit: 'closed' });
  const of = (attempts: AttemptRecord[], waitedMs: number): RequestRecord =>
    request(id, {
      startedAt,
      attempts,
      servedBy: attempts.at(-1)?.provider ?? null,
      firstTokenMs: waitedMs + 230,
      durationMs: waitedMs + 2_000,
    });
  if (after >= moments.opened && after < moments.closed) {
    const isProbe =
      Math.floor((after - moments.opened) / moments.probeEvery) >
      Math.floor((after - callEveryMs - moments.opened) / moments.probeEvery);
    if (isProbe && after > moments.opened + callEveryMs)
      return of([failed('probe'), answered(1, 'llama-3.3-70b', 10_000)], 10_000);
    return of([{ ...skip(0, 'deepseek-v3'), startedAt }, answered(1, 'llama-3.3-70b', 10)], 10);
  }
  if (after >= moments.firstFailure - callEveryMs && after < moments.opened)
    return of([failed('closed'), answered(1, 'llama-3.3-70b', 10_000)], 10_000);
  return of([answered(0, 'deepseek-v3', 0)], 0);
}

function transitions(start: number): CircuitEvent[] {
  const deepseek = (at: number, changes: Partial<CircuitEvent>): Partial<CircuitEvent> => ({
    ...{ provider: 'deepseek-v3', at: start + at, evidence: [], until: null },
    ...changes,
  });
  const evidence = [0, 1, 2, 3, 4].map((index) => `story${String(138 + index).padStart(5, '0')}/0`);
  const told: Partial<CircuitEvent>[] = [deepseek(moments.opened, { evidence })];
  for (let probe = 1; probe <= 8; probe += 1) {
    const at = moments.opened + probe * moments.probeEvery;
    told.push(deepseek(at, { from: 'open', to: 'halfOpen', automatic: 'halfOpen', cause: 'cooldown' }));
    told.push(
      probe < 8
        ? deepseek(at + 10, { from: 'halfOpen', to: 'open', automatic: 'open', cause: 'probe' })
        : deepseek(at, { from: 'halfOpen', to: 'closed', automatic: 'closed', cause: 'probe' }),
    );
  }
  const qwen = { provider: 'qwen-72b', by: 'ops-night', automatic: 'closed' as const, evidence: [] };
  const until = start + moments.released;
  const reason = 'rate limit looming, keep it in reserve';
  told.push({ ...qwen, at: start + moments.tripped, to: 'tripped', cause: 'trip', reason, until });
  told.push({
    ...qwen,
    at: until,
    from: 'tripped',
    to: 'closed',
    cause: 'release',
    reason: 'not needed any more',
    until: null,
  });
  told.sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
  return told.map((changes, index) => event(index + 1, changes satisfies Partial<Circuit>));
}

function circuitAfter({ provider, epoch, automatic, to, at, by, reason }: CircuitEvent): StoredCircuit {
  const override = to === 'tripped' ? ('tripped' as const) : ('none' as const);
  const cause = automatic === 'closed' ? null : ('failures' as const);
  return stored(epoch, {
    provider,
    automatic,
    override,
    since: at,
    automaticSince: at,
    cause,
    by,
    reason,
    openUntil: null,
    evidence: [],
  });
}

/** The story as the program keeps it, without what people wrote: told from its own rows, `until` a moment of it or to its end. */
export function keptStory(start: number, until = start + moments.ends): KeptIncident {
  const story = storyOf(start);
  const requests = story.requests.filter(({ startedAt }) => startedAt < until);
  const transitions = story.events.map(({ event: each }) => each).filter(({ at }) => at < until);
  const evidence = requests.flatMap(({ id, attempts }) =>
    attempts.map(({ ordinal, startedAt }) => ({ attempt: `${id}/${ordinal}`, at: startedAt })),
  );
  const record = { events: transitions, evidence, chains: [], providers: [] };
  const [incident] = incidentsOf(record, { ...fromTheBeginning, until });
  if (!incident) throw new Error('The story has no incident.');
  const to = incident.endedAt ?? until;
  const window = windowOf(incident, to);
  const facts = factsOf(requests, { from: incident.beganAt, to, window });
  const counted = { from: incident.beganAt, to };
  const report = reportOf({ incident, events: transitions, facts, savings: figures, window, counted, asOf: until });
  const { state, title, quietUntil, providers } = incident;
  const { beganAt, detectedAt, mitigatedAt, backAt, resolvedAt } = report.milestones;
  const row = {
    ...{ id: 1, state, title, beganAt, detectedAt, mitigatedAt, backAt, resolvedAt, quietUntil, providers },
    ...{ chains: report.chains, errors: 0, openings: 1 },
  };
  return { key: incident.key, row, report, notes: [], stars: [] };
}

/** Made up: what they say is tested where they are counted. */
const figures: Figures = {
  ...nothing(),
  skips: 471,
  waitingMs: { low: 4_400_000, high: 4_710_000, mark: 'estimated' },
  spend: { low: 0, high: 212_000_000, mark: 'assumed' },
  premium: { low: 0, high: 31_000_000, mark: 'estimated' },
  caution: { low: 0, high: 58, ramp: 0, rampPremium: 0 },
  net: { low: -31_000_000, high: 212_000_000 },
};

function factsOf(
  requests: RequestRecord[],
  { from, to, window }: { from: number; to: number; window: { from: number; to: number } },
): IncidentFacts {
  const within = requests.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  const all = requests.flatMap((one) => one.attempts.map((made) => ({ ...made, requestId: one.id })));
  const failed = all.filter(
    ({ outcome, startedAt }) => outcome === 'failed' && startedAt >= window.from && startedAt < window.to,
  );
  const [first] = failed;
  const standIn = within.find(({ startedAt }) => startedAt >= from + 30_000);
  const back = all.find(
    ({ provider, startedAt, outcome }) => provider === 'deepseek-v3' && startedAt >= to && outcome === 'succeeded',
  );
  const counts = { requests: within.length, answered: within.length, moved: within.length, errors: 0 };
  return {
    called: [
      { provider: 'deepseek-v3', attempts: failed.length },
      { provider: 'llama-3.3-70b', attempts: within.length },
      { provider: 'qwen-72b', attempts: 1 },
    ],
    ticks: failed.map(({ startedAt }) => ({ provider: 'deepseek-v3', at: startedAt, count: 1 })),
    failures: [{ provider: 'deepseek-v3', kind: 'firstToken', count: failed.length }],
    first: first
      ? {
          ...{ requestId: first.requestId, provider: 'deepseek-v3', word: first.word, at: first.startedAt },
          ...{ durationMs: 10_000, outcome: 'succeeded', servedBy: 'llama-3.3-70b', answeredAfterMs: 10_230 },
        }
      : null,
    probes: all
      .filter(({ permit, startedAt }) => permit === 'probe' && startedAt >= window.from && startedAt < window.to)
      .map(({ startedAt }) => probeAt(startedAt, false))
      .concat([probeAt(to, true)]),
    backs: back ? [{ provider: 'deepseek-v3', at: back.startedAt, requestId: back.requestId }] : [],
    mitigation: standIn ? { provider: 'llama-3.3-70b', at: standIn.startedAt, requestId: standIn.id } : null,
    firstError: null,
    impact: {
      ...counts,
      others: 0,
      addedWait: { medianMs: 10, worstMs: 10_000 },
      byChain: [{ chain: 'lucy', ...counts }],
    },
  };
}

function probeAt(at: number, ok: boolean): IncidentFacts['probes'][number] {
  const word = ok ? 'ok' : 'firstToken';
  return { provider: 'deepseek-v3', at, ok, word, durationMs: ok ? 600 : 10_000, kind: 'caller', by: 'itself' };
}
