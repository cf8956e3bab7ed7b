import type { Settlement } from '../core/circuit/settle.ts';
import type { Act, BreakerSettings } from '../core/circuit/types.ts';
import { caveatsOf, type ReplayMove, type ReplayReport } from '../core/trace/replayReport.ts';
import type { Told, Trace, TraceStep } from '../core/trace/trace.ts';
import { Shadows, type Step } from './shadows.ts';

/** The names of the two ghosts of a replay: the settings in the trace, and the others. */
const SAME = 'the settings recorded';

/** Steps at the same millisecond: what ended before what moved by it, before who met that. */
const ranks = { answered: 0, settled: 1, acted: 2, moved: 2, recovered: 3, refused: 4, asked: 5, atOnce: 6 };

type Ranked = { rank: number; step: Step };

/**
 * Plays a trace through circuits with other settings: the same machine and the same counting that run live, on a clock
 * that the trace drives. Pure: the same trace and settings give the same report. `name`: what the settings are called.
 */
export function replay(trace: Trace, settings: BreakerSettings, name: string): ReplayReport {
  const played = new Map<string, ReplayMove[]>();
  const { provider, concurrency, durationMs } = trace;
  const ghosts = [
    { name: SAME, breaker: trace.settings },
    { name, breaker: settings },
  ];
  const shadows = new Shadows({
    providers: [{ name: provider, concurrency, ghosts, stored: null }],
    now: 0,
    wall: 0,
    onMove: ({ ghost, ...move }) => void played.set(ghost, [...(played.get(ghost) ?? []), move]),
  });
  for (const { step } of stepsOf(trace)) shadows.apply(step);
  shadows.advanceTo(durationMs, 0);
  const report = shadows.reports().at(-1);
  if (!report) throw new Error('a replay has two ghosts');
  const moves = movesOf(trace);
  const { totals, episodes, sentence } = report;
  const ambiguous = trace.steps.filter((step) => step.do === 'call' && step.ambiguous).length;
  return {
    provider,
    durationMs,
    calls: trace.steps.filter((step) => step.do === 'call').length,
    skips: trace.steps.filter((step) => step.do === 'skip').length,
    recorded: { settings: trace.settings, moves },
    other: { settings, moves: played.get(name) ?? [] },
    totals,
    episodes: [...episodes].reverse(),
    sentence,
    caveats: caveatsOf({ totals, ambiguous, recorded: moves, played: played.get(SAME) ?? [] }),
  };
}

/** Of the circuit as recorded: only those that changed what it had learned. */
function movesOf({ steps }: Trace): ReplayMove[] {
  const moves: ReplayMove[] = [];
  let was: ReplayMove['to'] = 'closed';
  for (const step of steps) {
    if ((step.do !== 'moved' && step.do !== 'act') || step.automatic === was) continue;
    was = step.automatic;
    moves.push({ at: step.at, to: step.automatic, cause: step.do === 'moved' ? step.cause : step.act });
  }
  return moves;
}

function stepsOf(trace: Trace): Ranked[] {
  const ranked = trace.steps.flatMap((step, place) => expand(step, { trace, place }));
  return ranked.sort((one, other) => one.step.at - other.step.at || one.rank - other.rank);
}

function expand(step: TraceStep, { trace, place }: { trace: Trace; place: number }): Ranked[] {
  const { provider, firstTokenClockMs: leaseMs } = trace;
  const base = { at: step.at, provider };
  const options = { leaseMs };
  switch (step.do) {
    case 'skip':
      return [ranked({ ...base, do: 'refused', options })];
    case 'act': {
      const moved = { ...base, do: 'moved', to: step.automatic, cause: step.act } as const;
      return [
        ranked({ ...base, do: 'acted', act: actOf(step, provider) }),
        ranked({ ...moved, evacuates: step.act === 'trip' }),
      ];
    }
    case 'moved': {
      const { to, automatic, cause } = step;
      const evacuates = to === 'open' || to === 'tripped';
      const moved = ranked({ ...base, do: 'moved', to: automatic, cause, evacuates });
      return cause === 'recheck' ? [moved, ranked({ ...base, do: 'recovered', by: '' })] : [moved];
    }
    case 'call':
    case 'ping': {
      const call = {};
      const kind = step.do === 'ping' ? 'ping' : step.permit;
      const settlement = settlementOf(step, String(place));
      const first = step.do === 'call' ? step.firstTokenMs : undefined;
      return [
        ranked({ ...base, do: 'asked', call, kind, options }),
        ...(first === undefined ? [] : [later({ at: step.at + first, provider, do: 'answered', call }, first)]),
        later({ at: step.at + step.ms, provider, do: 'settled', call, settlement }, step.ms),
      ];
    }
  }
}

function ranked(step: Step): Ranked {
  return { rank: ranks[step.do], step };
}

/** Never before the call itself. */
function later(step: Step, afterMs: number): Ranked {
  return { rank: afterMs === 0 ? ranks.atOnce : ranks[step.do], step };
}

/** Each failure that may be the prompt's has a body of its own: a trace has none. */
function settlementOf({ result, ambiguous, retryAfterMs }: Told, attempt: string): Settlement {
  switch (result) {
    case 'success':
    case 'neutral':
      return { result };
    case 'throttled':
      return { result, retryAfterMs: retryAfterMs ?? null, attempt };
    case 'failure':
    case 'timeout':
      return { result: 'failure', timeout: result === 'timeout', ambiguous: ambiguous ? attempt : null, attempt };
    default:
      return { result: 'refused', cause: result, attempt };
  }
}

function actOf(step: Extract<TraceStep, { do: 'act' }>, provider: string): Act {
  const base = { provider, by: 'an operator', reason: 'as recorded' };
  switch (step.act) {
    case 'trip':
      return { ...base, type: 'trip', forMs: step.forMs ?? null };
    case 'hold':
      return { ...base, type: 'hold', forMs: step.forMs ?? 0 };
    case 'reset':
      return { ...base, type: 'reset', to: step.automatic === 'closed' ? 'closed' : 'halfOpen' };
    case 'release':
      return { ...base, type: 'release' };
  }
}
