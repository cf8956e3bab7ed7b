import { Board } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { BreakerSettings, CircuitEvent } from '../../server/core/circuit/types.ts';
import type { OutageRecord, TracedAttempt } from '../../server/core/trace/traceOf.ts';
import { defaults, FIRST_TOKEN_MS, providerNamed } from './breaker.ts';
import { FakeClock } from './fakeClock.ts';

/** How one call goes at a provider that is broken by a script. */
interface Played {
  ms: number;
  firstTokenMs: number | null;
  failureKind: string | null;
  status: number | null;
  settlement: (attempt: string) => Settlement;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function good(firstTokenMs: number): Played {
  const settlement = (): Settlement => ({ result: 'success' });
  return { ms: firstTokenMs + 900, firstTokenMs, failureKind: null, status: 200, settlement };
}

const bad: Played = {
  ms: 140,
  firstTokenMs: null,
  failureKind: 'serverError',
  status: 503,
  settlement: (attempt) => ({ result: 'failure', timeout: false, ambiguous: null, attempt }),
};
const silent: Played = {
  ms: FIRST_TOKEN_MS,
  firstTokenMs: null,
  failureKind: 'firstToken',
  status: null,
  settlement: (attempt) => ({ result: 'failure', timeout: true, ambiguous: null, attempt }),
};
const slowDown: Played = {
  ms: 60,
  firstTokenMs: null,
  failureKind: 'throttled',
  status: 429,
  settlement: (attempt) => ({ result: 'throttled', retryAfterMs: 20 * SECOND, attempt }),
};

/** Outages of each kind, minute by minute. `draw`: 0 to 1, anew for each call. */
export const outages: Record<string, (at: number, draw: number) => Played> = {
  'hard outage': (at, draw) => (at > 2 * MINUTE && at < 9 * MINUTE ? bad : good(300 + draw * 400)),
  'silent outage': (at, draw) => (at > 2 * MINUTE && at < 9 * MINUTE ? silent : good(300 + draw * 400)),
  flapping: (at, draw) =>
    at > 2 * MINUTE && at < 12 * MINUTE && at % (2 * MINUTE) < 40 * SECOND ? bad : good(300 + draw * 400),
  '60 percent failing': (at, draw) =>
    at > 2 * MINUTE && at < 10 * MINUTE && draw < 0.6 ? bad : good(300 + draw * 400),
  throttled: (at, draw) => (at > 2 * MINUTE && at < 5 * MINUTE && draw < 0.5 ? slowDown : good(300 + draw * 400)),
  'slow recovery': (at, draw) => {
    if (at < 2 * MINUTE || at > 14 * MINUTE) return good(300 + draw * 400);
    if (at < 6 * MINUTE) return bad;
    return draw < 1 - (at - 6 * MINUTE) / (8 * MINUTE) ? silent : good(2_000 + draw * 4_000);
  },
};

/** What the record would hold of 16 minutes of callers, one or two in three seconds, at such a provider. */
export function recordOf(name: string, settings: Partial<BreakerSettings> = {}): OutageRecord {
  const script = outages[name];
  if (!script) throw new Error(`no outage ${name}`);
  const clock = new FakeClock();
  const from = clock.wall();
  const events: CircuitEvent[] = [];
  const attempts: (TracedAttempt & { id: string })[] = [];
  const draw = drawsOf(name);
  const board = new Board({
    node: 'n',
    providers: [providerNamed('deepseek-v3', { ...defaults, rampMs: 30 * SECOND, ...settings })],
    chains: [],
    clock,
    random: () => 0,
    restored: { circuits: [], lastSeq: 0 },
    onListenerError: (error) => {
      throw error;
    },
  });
  board.onTransition((event) => void events.push(event));
  while (clock.now() < 16 * MINUTE) {
    ask({ board, clock, attempts, played: script(clock.now(), draw()) });
    clock.advance(Math.round(SECOND + draw() * 2 * SECOND));
  }
  return { from, to: from + 16 * MINUTE, attempts, probes: [], events };
}

interface World {
  board: Board;
  clock: FakeClock;
  attempts: (TracedAttempt & { id: string })[];
  played: Played;
}

function ask({ board, clock, attempts, played }: World): void {
  const id = `r${attempts.length}/0`;
  const startedAt = clock.wall();
  const row = { id, startedAt, drill: null, firstTokenMs: null, status: null, durationMs: 0 };
  let over = false;
  const end = (changes: Partial<TracedAttempt>, settlement: Settlement): void => {
    if (over || !permit) return;
    over = true;
    const durationMs = clock.wall() - startedAt;
    attempts.push({ ...row, ...at, outcome: 'failed', failureKind: null, durationMs, ...changes });
    board.settle(permit, settlement);
  };
  const onEvacuate = (): void => end({ outcome: 'cancelled', failureKind: 'evacuated' }, { result: 'neutral' });
  const { permit, refusal } = board.acquire('deepseek-v3', { leaseMs: FIRST_TOKEN_MS, onEvacuate });
  const at = { permit: permit?.kind ?? null, circuitState: permit?.state ?? refusal?.state ?? 'closed' };
  if (!permit) {
    attempts.push({ ...row, ...at, outcome: 'skipped', failureKind: refusal.reason });
    return;
  }
  const { ms, firstTokenMs, failureKind, status, settlement } = played;
  if (firstTokenMs !== null) clock.after(firstTokenMs, () => board.answered(permit));
  const outcome = failureKind === null ? 'succeeded' : 'failed';
  clock.after(ms, () => end({ outcome, failureKind, status, firstTokenMs }, settlement(id)));
}

/** The same numbers for the same name, 0 to 1 (Park and Miller's minimal standard generator). */
function drawsOf(name: string): () => number {
  let state = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_147_483_647, 7);
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
