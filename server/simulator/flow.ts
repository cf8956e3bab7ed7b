import type { Clock, Random } from '../core/clock.ts';
import { type Fault, okFault, type SimpleFault } from '../core/fault.ts';

/** Picks what happens to each call under a fault, from the moment the fault is set. */
export type FaultFlow = () => SimpleFault;

export function startFlow(fault: Fault, { clock, random }: { clock: Clock; random: Random }): FaultFlow {
  switch (fault.kind) {
    case 'simple':
      return () => fault;
    case 'sequence': {
      let next = 0;
      return () => fault.faults[Math.min(next++, fault.faults.length - 1)] ?? okFault;
    }
    case 'share':
      return () => (random() < fault.share ? fault.fault : fault.otherwise);
    case 'flap': {
      const since = clock.now();
      return () => ((clock.now() - since) % (fault.upMs + fault.downMs) < fault.upMs ? okFault : fault.fault);
    }
  }
}
