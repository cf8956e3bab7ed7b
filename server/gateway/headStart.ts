import type { Permit } from '../circuits/permit.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { wouldRefuse } from './admits.ts';
import { firstTokenClockMs, paceKindOf } from './clocks.ts';
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
  /** Asked then, too: whether its circuit has to hear how it ends, whoever wins. */
  mustEnd: () => boolean;
}

interface Beginning {
  provider: ProviderSettings;
  permit: Permit;
  isRacing: boolean;
}

/** The head starts of a call that is about to be made: none of them, and it is waited for as long as it takes. */
export function headStartsOf(tools: WalkTools, journey: Journey, call: Beginning): HeadStart[] {
  const { provider, permit } = call;
  if (permit.kind === 'probe') {
    const probe: HeadStart = { ms: PROBE_HEAD_START_MS, reason: 'probe', mayRace: always, mustEnd: always };
    return provider.breaker.probe === 'caller' ? [] : [probe];
  }
  return [beforeDeadline(tools, journey, call), hedgeOf(tools, journey, call)].filter((start) => start !== null);
}

/**
 * A provider whose clock is longer than half of what the deadline leaves would, silent, take the time of all others: at the
 * half the next one is asked too. It says nothing of the provider, whose circuit goes by how the call ends by its own clock.
 */
function beforeDeadline(tools: WalkTools, journey: Journey, { provider, permit }: Beginning): HeadStart | null {
  const ms = (journey.deadlineAt - tools.clock.now()) / 2;
  if (firstTokenClockMs(provider, journey.request) <= ms) return null;
  return {
    ms,
    reason: 'deadline',
    mayRace: () => isThereAnother(tools, journey, provider),
    mustEnd: () => tools.suspicion.bearsWitness(permit),
  };
}

function hedgeOf(tools: WalkTools, journey: Journey, { provider, permit, isRacing }: Beginning): HeadStart | null {
  if (journey.hedge === 'off' || permit.kind !== 'closed' || isRacing) return null;
  const ms = tools.pace.p95Ms(paceKindOf(provider, journey.request));
  const mayRace = () =>
    isThereAnother(tools, journey, provider) && tools.hedges.take() && tools.budget.take(tools.clock.now());
  return ms === null ? null : { ms, reason: 'hedge', mayRace, mustEnd: () => false };
}

/** Whether a provider after a slow one would take the call. */
function isThereAnother({ board }: WalkTools, { steps }: Journey, slow: ProviderSettings): boolean {
  const after = steps.slice(steps.findIndex(({ provider }) => provider === slow) + 1);
  return after.some(({ provider, cannotTake }) => {
    const circuit = cannotTake === null ? board.look(provider.name) : null;
    return circuit?.state === 'closed' && !wouldRefuse(circuit);
  });
}

function always(): boolean {
  return true;
}
