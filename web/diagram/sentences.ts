import type { CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import type { ChainOverview, ProviderOverview } from '../../server/core/overview.ts';
import { causeSentence, percent, plural } from '../words.ts';

/** What the diagram says beside each line. No sentence is about the time: that is shown ticking. */

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const cardinals = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const itself = 'itself';

/** `first choice`, `second fallback`; `place` is from 0. */
export function placeWords(place: number): string {
  if (place === 0) return 'first choice';
  return `${ordinals[place - 1] ?? `${place}th`} fallback`;
}

/** `three-try chain · 250 ms, doubling, between tries` */
export function chainWords({ providers, backoff }: ChainOverview): string {
  const tries = `${cardinals[providers.length] ?? providers.length}-try chain`;
  if (providers.length < 2) return tries;
  return `${tries} · ${shortMs(backoff.initialMs)}${growth(backoff.factor)} between tries`;
}

function growth(factor: number): string {
  if (factor === 1) return '';
  if (factor === 2) return ', doubling,';
  return factor === 3 ? ', tripling,' : `, ${factor} times longer each,`;
}

function shortMs(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Number((ms / 1_000).toFixed(1))} s`;
}

/** The second line: why it is as it is, or how far it is from opening. */
export function whyWords(entry: CircuitEntry): string {
  return whys[entry.state](entry);
}

const whys: Record<ShownState, (entry: CircuitEntry) => string> = {
  closed: (entry) => (entry.ramp ? `back, with ${percent(entry.ramp.share)} of its traffic` : distanceWords(entry)),
  open: causeSentence,
  halfOpen: causeSentence,
  tripped: (entry) => (entry.reason ? `“${entry.reason}”` : 'taken out by hand'),
  heldClosed: (entry) => (entry.reason ? `“${entry.reason}”` : 'held by hand'),
};

/** How near a closed circuit is to opening, by whichever rule is nearest: `3 of 5 failures towards opening`. */
export function distanceWords({ failuresInARow, timeoutsInARow, window, limits }: CircuitEntry): string {
  const byFailures = failuresInARow / limits.failures;
  const byTimeouts = timeoutsInARow / limits.timeouts;
  const byRate = window.rate !== null && window.calls >= limits.calls ? window.rate / limits.rate : 0;
  if (byRate > 0 && byRate >= byFailures && byRate >= byTimeouts)
    return `${percent(window.rate ?? 0)} of ${window.calls} calls failing, opens at ${percent(limits.rate)}`;
  if (byTimeouts > byFailures) return `${timeoutsInARow} of ${limits.timeouts} time-outs towards opening`;
  return `${failuresInARow} of ${limits.failures} failures towards opening`;
}

/** The third line: who moved it, and what it carries. Parts that have nothing to say are left out. */
export function whoWords(entry: CircuitEntry, overview: ProviderOverview | undefined, chain: string | null): string {
  const parts = [
    ...moved[entry.state](entry),
    entry.carries.length > 0 ? `carries ${listed(entry.carries)} now` : null,
    chain !== null && entry.carries.includes(chain) ? priceWords(overview?.priceRatios[chain] ?? null) : null,
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

const moved: Record<ShownState, (entry: CircuitEntry) => (string | null)[]> = {
  closed: ({ by }) => [by === itself ? null : `closed by ${by}`],
  open: (entry) => [entry.by === itself ? 'opened by itself' : `opened by ${entry.by}`, failedProbes(entry)],
  halfOpen: (entry) => [
    entry.probe.out > 0 ? `being tried: ${plural(entry.probe.out, 'call')} out` : 'the next call tries it',
    failedProbes(entry),
  ],
  tripped: ({ by, automatic }) => [`tripped by ${by}`, beneath(automatic)],
  heldClosed: ({ by, automatic }) => [`held by ${by}`, beneath(automatic)],
};

const beneathWords: Record<CircuitEntry['automatic'], string | null> = {
  closed: null,
  open: 'open beneath',
  halfOpen: 'half-open beneath',
};

function beneath(automatic: CircuitEntry['automatic']): string | null {
  return beneathWords[automatic];
}

function failedProbes({ probe }: CircuitEntry): string | null {
  return probe.failed > 0 ? `${plural(probe.failed, 'probe')} failed` : null;
}

/** Against the first choice of the chain: `0.6× the price`; null: it is the same, or not known. */
export function priceWords(ratio: number | null): string | null {
  if (ratio === null || ratio === 1) return null;
  return `${ratio < 10 ? Number(ratio.toFixed(ratio < 0.1 ? 2 : 1)) : Math.round(ratio)}× the price`;
}

function listed(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]} and ${names.length - 1} more`;
}
