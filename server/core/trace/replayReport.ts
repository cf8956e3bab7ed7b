import type { AutomaticState, BreakerSettings, TransitionCause } from '../circuit/types.ts';
import type { GhostEpisode, GhostReport } from '../ghost.ts';
import { unknownSentence } from '../ghost.ts';

/** What a trace would have been with other settings. Times are ms since the trace begins. */
export interface ReplayReport {
  provider: string;
  durationMs: number;
  /** Calls that were made, and callers that the circuit sent on at once. */
  calls: number;
  skips: number;
  recorded: { settings: BreakerSettings; moves: ReplayMove[] };
  other: { settings: BreakerSettings; moves: ReplayMove[] };
  /** Of the other settings against what was recorded. */
  totals: GhostReport['totals'];
  episodes: GhostEpisode[];
  /** `with failures=3: opened 14 s sooner, 38 fewer callers waited`. */
  sentence: string;
  /** What cannot be known, each in a sentence. */
  caveats: string[];
}

export interface ReplayMove {
  at: number;
  to: AutomaticState;
  cause: TransitionCause;
}

/** Two moves so near are one: the record keeps whole ms, and timers are late by a few. */
const nearMs = 1_000;

/** What a replay cannot know. `played`: the moves of the recorded settings when they are replayed too. */
export function caveatsOf(report: {
  totals: GhostReport['totals'];
  ambiguous: number;
  recorded: readonly ReplayMove[];
  played: readonly ReplayMove[];
}): string[] {
  const caveats: string[] = [];
  const unknown = unknownSentence(report.totals);
  if (unknown !== null) caveats.push(unknown);
  const was = openingsOf(report.recorded);
  const played = openingsOf(report.played);
  if (!alike(was, played)) {
    caveats.push(
      `With the very settings that are in the trace it would have opened ${times(played.length)}, and it opened ${times(was.length)}: they were others then, or what it went by (calls before the trace begins, a restart, one body sent again) is not in it. Take the difference as a measure of what to trust.`,
    );
  }
  if (report.ambiguous > 0) {
    caveats.push(
      `${report.ambiguous} of the failures may have been the fault of a prompt. One body counts once, but a trace has no bodies, so each of them counted.`,
    );
  }
  return caveats;
}

function openingsOf(moves: readonly ReplayMove[]): number[] {
  return moves.filter(({ to }) => to === 'open').map(({ at }) => at);
}

function alike(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((at, place) => Math.abs(at - (others[place] ?? 0)) <= nearMs);
}

function times(count: number): string {
  if (count === 0) return 'not once';
  return count === 1 ? 'once' : `${count} times`;
}
