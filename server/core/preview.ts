import { showCount } from './numbers.ts';
import type { TripPreview } from './overview.ts';

/** Requests of one minute that are alike to the planner: the same could take them, the same was tried first, the same answered. */
export interface Alike {
  /** Providers of their chain that can take them, in its order: what `planChain` left. */
  takers: readonly string[];
  /** Who was tried first; null: nobody was. */
  first: string | null;
  servedBy: string | null;
  requests: number;
}

/** What a trip would have done to the requests of the last minutes. */
export function previewTrip(input: {
  provider: string;
  windowMs: number;
  /** For each minute of the window, its requests. */
  minutes: readonly (readonly Alike[])[];
  /** Whether a circuit lets calls through now. */
  admits: (provider: string) => boolean;
  /** The most requests a minute that a provider is known to bear (`provenAMinute`). */
  proven: (provider: string) => number;
}): Omit<TripPreview, 'epoch' | 'state' | 'automatic'> {
  const { provider, windowMs, minutes, admits, proven } = input;
  const moved = new Map<string, number>();
  let requests = 0;
  let nobody = 0;
  let beyondProven = 0;
  for (const minute of minutes) {
    const arriving = new Map<string, number>();
    const staying = new Map<string, number>();
    for (const alike of minute) {
      if (alike.first !== provider) {
        if (alike.servedBy !== null) add(staying, alike.servedBy, alike.requests);
        continue;
      }
      requests += alike.requests;
      const next = alike.takers.find((name) => name !== provider && admits(name));
      if (next === undefined) nobody += alike.requests;
      else add(arriving, next, alike.requests);
    }
    for (const [next, count] of arriving) {
      add(moved, next, count);
      const room = Math.max(0, proven(next) - (staying.get(next) ?? 0));
      beyondProven += Math.max(0, count - room);
    }
  }
  const list = [...moved].map(([name, count]) => ({ provider: name, requests: count }));
  list.sort((one, other) => other.requests - one.requests);
  const counted = { provider, windowMs, requests, moved: list, nobody, beyondProven };
  return { ...counted, sentence: sentenceOf(counted) };
}

function sentenceOf(counted: Omit<TripPreview, 'epoch' | 'state' | 'automatic' | 'sentence'>): string {
  const { provider, windowMs, requests, moved, nobody, beyondProven } = counted;
  const when = `In the last ${spanInWords(windowMs)}`;
  if (requests === 0) return `${when} no request tried ${provider} first, so nobody would have noticed.`;
  const fates = moved.map((fate) => `${showCount(fate.requests)} would have gone to ${fate.provider}`);
  if (nobody > 0) fates.push(`${showCount(nobody)} would have had nobody`);
  const beyond =
    beyondProven > 0
      ? ` ${showCount(beyondProven)} of them are more than the next one has ever carried in a minute, or than its rate limit lets through.`
      : '';
  return `${when} ${showCount(requests)} request${requests === 1 ? '' : 's'} tried ${provider} first: ${fates.join(', ')}.${beyond}`;
}

function spanInWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes >= 2) return `${minutes} minutes`;
  if (ms >= 60_000) return 'minute';
  const seconds = Math.round(ms / 1_000);
  return seconds <= 1 ? 'second' : `${seconds} seconds`;
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
