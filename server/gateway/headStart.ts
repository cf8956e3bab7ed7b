import type { Permit } from '../circuits/permit.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { wouldRefuse } from './admits.ts';
import { paceKindOf } from './clocks.ts';
import type { Journey, WalkTools } from './journey.ts';
import type { RaceReason } from './race.ts';

/** The call that finds out whether a provider is back has so long before the next provider is tried beside it. */
const PROBE_HEAD_START_MS = 1_000;

/** How long an attempt is waited for before the next provider is tried beside it. */
export interface HeadStart {
  ms: number;
  reason: RaceReason;
  /** Asked when the time has come: whether it may. */
  mayRace: () => boolean;
}

/** The head start of a call that is about to be made; null: it is waited for as long as it takes. */
export function headStartOf(
  tools: WalkTools,
  journey: Journey,
  call: { provider: ProviderSettings; permit: Permit; isRacing: boolean },
): HeadStart | null {
  const { provider, permit } = call;
  if (permit.kind === 'probe' && provider.breaker.probe === 'race') {
    return { ms: PROBE_HEAD_START_MS, reason: 'probe', mayRace: () => true };
  }
  if (journey.hedge === 'off' || permit.kind !== 'closed' || call.isRacing) return null;
  const ms = tools.pace.p95Ms(paceKindOf(provider, journey.request));
  return ms === null ? null : { ms, reason: 'hedge', mayRace: () => mayHedge(tools, journey, provider) };
}

/** A hedge is paid for only where somebody else would take the call, and may. */
function mayHedge({ board, budget, clock, hedges }: WalkTools, { steps }: Journey, slow: ProviderSettings): boolean {
  const after = steps.slice(steps.findIndex(({ provider }) => provider === slow) + 1);
  const isThereAnother = after.some(({ provider, cannotTake }) => {
    const circuit = cannotTake === null ? board.look(provider.name) : null;
    return circuit?.state === 'closed' && !wouldRefuse(circuit);
  });
  return isThereAnother && hedges.take() && budget.take(clock.now());
}
