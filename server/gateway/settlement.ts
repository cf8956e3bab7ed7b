import type { Settlement } from '../core/circuit/settle.ts';
import type { Verdict } from '../core/wire.ts';

/** What a finished call tells its circuit. `bodyHash` is asked only when the failure may be the prompt's own fault. */
export function settlementOf(verdict: Verdict | null, attempt: string, bodyHash: () => string): Settlement {
  if (verdict === null) return { result: 'success' };
  const { circuit } = verdict;
  switch (circuit.result) {
    case 'neutral':
      return circuit;
    case 'failure':
      return {
        result: 'failure',
        timeout: circuit.timeout,
        ambiguous: circuit.ambiguous ? bodyHash() : null,
        attempt,
      };
    case 'throttled':
    case 'refused':
      return { ...circuit, attempt };
  }
}
