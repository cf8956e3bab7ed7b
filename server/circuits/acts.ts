import type { CircuitMachineEvent } from '../core/circuit/machine.ts';
import type { Act } from '../core/circuit/types.ts';

/** What an operator's act is to the machine. `now` is monotonic. */
export function machineEvent(act: Act, now: number): CircuitMachineEvent {
  switch (act.type) {
    case 'trip':
      return { type: 'TRIP', until: act.forMs === null ? null : now + act.forMs };
    case 'hold':
      return { type: 'HOLD', until: now + act.forMs };
    case 'reset':
      return { type: 'RESET', to: act.to };
    case 'release':
      return { type: 'RELEASE' };
  }
}
