import { type CircuitEvent, ITSELF, type StoredCircuit } from '../core/circuit/types.ts';

/** What is left of a circuit whose provider has left the config, and the transition that says so. */
interface Left {
  event: CircuitEvent;
  stored: StoredCircuit;
}

/**
 * Nobody will find out any more whether the provider of this circuit is back. So what the machine learned of it comes to its
 * end, and with it the outage that is told; what an operator laid over it stays. Null: it was closed, and there is no end.
 * `at`: ms since 1970.
 */
export function left(stored: StoredCircuit, { node, seq, at }: { node: string; seq: number; at: number }): Left | null {
  const { provider, automatic, override, overrideUntil, by, reason, since } = stored;
  if (automatic === 'closed') return null;
  const isHeld = override !== 'none';
  const epoch = stored.epoch + 1;
  return {
    event: {
      ...{ node, seq, provider, epoch, at, automatic: 'closed', cause: 'removed', evidence: [], by: ITSELF },
      from: isHeld ? override : automatic,
      to: isHeld ? override : 'closed',
      reason: null,
      until: isHeld ? overrideUntil : null,
    },
    stored: {
      ...stored,
      ...{ automatic: 'closed', automaticSince: at, epoch, cause: null, openUntil: null, evidence: [] },
      ...{ probesFailed: 0, throttles: 0 },
      ...(isHeld ? { since, by, reason } : { since: at, by: ITSELF, reason: null }),
    },
  };
}
