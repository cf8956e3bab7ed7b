import type { CircuitEntry, ShownState } from '../../server/core/circuit/types.ts';
import type { ChainOverview, ProviderOverview } from '../../server/core/overview.ts';
import type { MarkState } from '../words.ts';

/** Which piece of the busbar stands in a row: pieces join, however tall the rows grow. */
export type BusPiece = 'only' | 'first' | 'middle' | 'last';

export interface LineLayout {
  provider: string;
  /** From 0. */
  place: number;
  bus: BusPiece;
  /** `dead`: its circuit lets nothing through; `idle`: it would, but nothing comes. */
  flow: 'flowing' | 'idle' | 'dead';
  /** Attempts a second; null: not known yet, or the line is dead: what went over it a moment ago is no rate of now. */
  rate: number | null;
  /** Width of the line, px. */
  width: number;
  mark: MarkState;
}

export interface ChainLayout {
  callers: {
    /** The row, from 0, at whose line callers come in; `between` puts them half-way to the next. */
    row: number;
    between: boolean;
    rate: number | null;
    width: number;
  };
  lines: LineLayout[];
}

/** What is known now, by provider. */
export interface Known {
  circuits: ReadonlyMap<string, CircuitEntry>;
  overviews: ReadonlyMap<string, ProviderOverview>;
}

const thinnestPx = 1.6;
const widestPx = 9;
/** Each doubling of the traffic adds so much. */
const doublingPx = 0.97;

/** What is drawn of a chain. */
export type Fed = Pick<ChainOverview, 'providers' | 'requestsPerSecond' | 'attemptsPerSecond'>;

/** The one-line diagram of a chain: callers, busbar, and one line a provider, in the order of the chain. */
export function layoutChain(chain: Fed, known: Known): ChainLayout {
  const last = chain.providers.length - 1;
  return {
    callers: {
      row: Math.max(0, Math.floor(last / 2)),
      between: last > 0 && last % 2 === 1,
      rate: chain.requestsPerSecond,
      width: lineWidth(chain.requestsPerSecond),
    },
    lines: chain.providers.map((provider, place) => {
      const entry = known.circuits.get(provider);
      const overview = known.overviews.get(provider);
      const rate = chain.attemptsPerSecond?.[provider] ?? overview?.attemptsPerSecond ?? null;
      const flow = flowOf(entry?.state ?? null, rate);
      const width = flow === 'flowing' ? lineWidth(rate) : thinnestPx;
      const now = flow === 'dead' ? null : rate;
      return { provider, place, bus: busPiece(place, last), flow, rate: now, width, mark: markOf(entry, overview) };
    }),
  };
}

/** Width of a line by its traffic, px: a hundred times the traffic is a few times the width, so that both are seen. */
export function lineWidth(perSecond: number | null): number {
  if (perSecond === null || !(perSecond > 0)) return thinnestPx;
  return Math.min(widestPx, Math.round((thinnestPx + doublingPx * Math.log2(1 + perSecond)) * 10) / 10);
}

/** A closed circuit that nothing passed through for five minutes has proven nothing: it is not shown as well. */
export function markOf(entry: CircuitEntry | undefined, overview: ProviderOverview | undefined): MarkState {
  if (!entry) return 'none';
  const untried = overview !== undefined && overview.attempts === 0 && entry.inFlight === 0;
  return entry.state === 'closed' && untried ? 'none' : entry.state;
}

const letsThrough: Record<ShownState, boolean> = {
  closed: true,
  halfOpen: true,
  heldClosed: true,
  open: false,
  tripped: false,
};

function flowOf(state: ShownState | null, rate: number | null): LineLayout['flow'] {
  if (state === null || !letsThrough[state]) return 'dead';
  return rate !== null && rate > 0 ? 'flowing' : 'idle';
}

function busPiece(place: number, last: number): BusPiece {
  if (last <= 0) return 'only';
  if (place === 0) return 'first';
  return place === last ? 'last' : 'middle';
}
