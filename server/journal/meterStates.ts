import { type AutomaticState, byHand, type CircuitEvent, type ShownState } from '../core/circuit/types.ts';
import type { Hour } from '../core/overview.ts';

/** Transitions remembered, of one provider. */
const maxTransitions = 2_000;

/** The worst first: what a minute is shown as in which a circuit was in several states. */
const badness: Record<ShownState, number> = { open: 4, tripped: 3, halfOpen: 2, heldClosed: 1, closed: 0 };

type Turn = Pick<CircuitEvent, 'at' | 'from' | 'to' | 'automatic' | 'cause' | 'by'>;

/** How a circuit stands now: what held before anything was heard of it. */
export interface Standing {
  state: ShownState;
  automatic: AutomaticState;
}

/** In what states the circuits were. */
export class States {
  /** By provider, by time. */
  private readonly turns = new Map<string, Turn[]>();

  transition({ provider, at, from, to, automatic, cause, by }: CircuitEvent): void {
    const list = this.turns.get(provider) ?? [];
    this.turns.set(provider, list);
    const before = list.findLastIndex((turn) => turn.at <= at);
    list.splice(before + 1, 0, { at, from, to, automatic, cause, by });
    if (list.length > maxTransitions) list.shift();
  }

  /** The worst state from `from` to before `to`. */
  worst(provider: string, span: Span, standing: Standing): ShownState {
    const turns = this.turns.get(provider) ?? [];
    let worst = stateAt(turns, span.from, standing.state);
    for (const { at, to } of turns) {
      if (at > span.from && at < span.to && badness[to] > badness[worst]) worst = to;
    }
    return worst;
  }

  /** What operators did from `from` up to `to`, eldest first. */
  acts({ from, to }: Span): Hour['acts'] {
    const acts = [...this.turns].flatMap(([provider, turns]) =>
      turns
        .filter((turn) => byHand(turn) && turn.at >= from && turn.at <= to)
        .map(({ at, cause, by }) => ({ at, provider, cause, by })),
    );
    return acts.sort((one, other) => one.at - other.at);
  }

  /** For how much of that time the machine was closed, ms. What operators laid over it says nothing of the provider. */
  closedMs(provider: string, span: Span, standing: Standing): number {
    const turns = this.turns.get(provider) ?? [];
    let since = span.from;
    let closed = closedAt(turns, span.from, standing);
    let sum = 0;
    for (const { at, automatic } of turns) {
      if (at <= span.from || at >= span.to) continue;
      if (closed) sum += at - since;
      since = at;
      closed = automatic === 'closed';
    }
    return closed ? sum + span.to - since : sum;
  }
}

export interface Span {
  from: number;
  to: number;
}

function stateAt(turns: Turn[], moment: number, now: ShownState): ShownState {
  return turns.findLast(({ at }) => at <= moment)?.to ?? turns[0]?.from ?? now;
}

function closedAt(turns: Turn[], moment: number, standing: Standing): boolean {
  const before = turns.findLast(({ at }) => at <= moment);
  if (before) return before.automatic === 'closed';
  const [first] = turns;
  if (!first) return standing.automatic === 'closed';
  // An event tells what is beneath an override only after it; an act by hand seldom changes that.
  return first.from === 'tripped' || first.from === 'heldClosed'
    ? first.automatic === 'closed'
    : first.from === 'closed';
}
