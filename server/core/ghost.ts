import type { AutomaticState, BreakerSettings, TransitionCause } from './circuit/types.ts';
import { showDuration } from './duration.ts';

/**
 * A ghost is a provider's circuit with other settings: the same machine and the same counting, fed with the same outcomes,
 * that lets nobody through and holds nobody up. This is what it tells.
 */

/** Ghosts of one provider at most: each costs what its circuit costs, beside the calls. */
export const MOST_GHOSTS = 8;

/** A shorter time between two openings is none: it would be told as 0.0 s. */
const leastToldMs = 50;

export interface GhostSettings {
  name: string;
  /** Those of the provider's circuit, with what the ghost has otherwise. */
  breaker: BreakerSettings;
}

/** How one of the two was while either of them was not closed. Times are ms since 1970. */
export interface GhostSide {
  /** When it opened first. */
  openedAt: number;
  cause: TransitionCause;
  /** How often it opened; more than once: a try after its time had failed. */
  openings: number;
  /** When it closed the last time; null: it has not. */
  closedAt: number | null;
}

/** From when the circuit or the ghost opened until both are closed. Nothing here is a guess: what is not known is counted as such. */
export interface GhostEpisode {
  from: number;
  /** Null: it goes on. */
  until: number | null;
  /** Null: it stayed closed. */
  circuit: GhostSide | null;
  ghost: GhostSide | null;
  /** Calls that were made, and that the ghost would have sent to the next provider at once, by what came of them. */
  spared: {
    /** Failed, or still waited when the circuit opened. */
    waited: number;
    /** What those had waited, ms. */
    waitedMs: number;
    /** Answered well: the ghost would have done without. */
    answered: number;
    /** Of which nothing was learned: the caller left, another was first. */
    other: number;
  };
  /** Calls that waited in vain when the ghost opened: it would have moved them on then, so much sooner in all, ms. */
  movedOn: { calls: number; soonerMs: number };
  /** Calls that were not made because the circuit stood open, where the ghost would have made them: nobody knows what of. */
  unknown: number;
}

/** One ghost of one provider, beside its circuit, since the process began to watch. */
export interface GhostReport {
  provider: string;
  ghost: string;
  /** Of the ghost, whole. */
  breaker: BreakerSettings;
  /** Since when it is fed, ms since 1970. */
  since: number;
  state: AutomaticState;
  cause: TransitionCause | null;
  /** Over all episodes, those that are no longer listed among them. */
  totals: { circuitOpenings: number; ghostOpenings: number } & Pick<GhostEpisode, 'spared' | 'movedOn' | 'unknown'>;
  /** Newest first, so many at most as are kept. */
  episodes: GhostEpisode[];
  /** What it comes to, for people: `with eager: opened 14 s sooner, 38 fewer callers waited`. */
  sentence: string;
  /** What cannot be known since they parted, for people; null: all is known. */
  caveat: string | null;
}

export function noTally(): Pick<GhostEpisode, 'spared' | 'movedOn' | 'unknown'> {
  return {
    spared: { waited: 0, waitedMs: 0, answered: 0, other: 0 },
    movedOn: { calls: 0, soonerMs: 0 },
    unknown: 0,
  };
}

/** One episode in a sentence without its end: "opened 14 s sooner, 38 fewer callers waited (2m 5s in all)". */
export function episodeSentence(episode: GhostEpisode): string {
  return [openingWords(episode), ...tallyWords(episode)].join(', ');
}

/** The whole of a ghost: its only episode, or how many there were and what they come to. */
export function ghostSentence(report: Omit<GhostReport, 'sentence' | 'caveat'>): string {
  const { totals, episodes, ghost } = report;
  const [only, ...more] = episodes;
  const isAll = more.length === 0 && totals.circuitOpenings + totals.ghostOpenings <= openingsOf(only);
  const said = only && isAll ? episodeSentence(only) : [countWords(totals), ...tallyWords(totals)].join(', ');
  return `with ${ghost}: ${said}`;
}

/** What the sentence cannot say, in one of its own; null: all is known. */
export function unknownSentence({ unknown }: { unknown: number }): string | null {
  if (unknown === 0) return null;
  return `${plural(unknown, 'call')} that the ghost would have made ${unknown === 1 ? 'was' : 'were'} not made, because the circuit stood open: what would have come of ${unknown === 1 ? 'it' : 'them'}, and of the ghost after ${unknown === 1 ? 'it' : 'them'}, nobody knows.`;
}

function openingsOf(episode: GhostEpisode | undefined): number {
  return (episode?.circuit?.openings ?? 0) + (episode?.ghost?.openings ?? 0);
}

function openingWords({ circuit, ghost }: GhostEpisode): string {
  if (ghost && !circuit) return 'opened where the circuit stayed closed';
  if (circuit && !ghost) return 'stayed closed where the circuit opened';
  if (!circuit || !ghost) return 'stayed closed, as the circuit did';
  const soonerMs = circuit.openedAt - ghost.openedAt;
  if (Math.abs(soonerMs) < leastToldMs) return 'opened at the same moment';
  return `opened ${shortMs(Math.abs(soonerMs))} ${soonerMs > 0 ? 'sooner' : 'later'}`;
}

function countWords({ ghostOpenings, circuitOpenings }: GhostReport['totals']): string {
  if (ghostOpenings + circuitOpenings === 0) return 'stayed closed, as the circuit did';
  return `opened ${times(ghostOpenings)} where the circuit opened ${times(circuitOpenings)}`;
}

function tallyWords({ spared, movedOn, unknown }: Pick<GhostEpisode, 'spared' | 'movedOn' | 'unknown'>): string[] {
  const words: string[] = [];
  if (spared.waited > 0) words.push(`${fewer(spared.waited)} waited (${shortMs(spared.waitedMs)} in all)`);
  if (movedOn.calls > 0)
    words.push(`${plural(movedOn.calls, 'caller')} moved on sooner (${shortMs(movedOn.soonerMs)} in all)`);
  if (spared.answered > 0) words.push(`${plural(spared.answered, 'good answer')} done without`);
  if (unknown > 0) words.push(`${plural(unknown, 'call')} of which nothing is known`);
  return words;
}

function fewer(callers: number): string {
  return `${callers} fewer ${callers === 1 ? 'caller' : 'callers'}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `0.4 s`, `14 s`, `2m 5s`. */
function shortMs(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : showDuration(ms);
}
