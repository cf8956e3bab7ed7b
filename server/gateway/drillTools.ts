import type { Permit } from '../circuits/board.ts';
import { Pace } from '../core/pace.ts';
import type { CallTools } from './call.ts';
import { Suspicion } from './suspicion.ts';

/**
 * Tools for a call whose fault is played: its permit is given back at once, and neither the provider's circuit nor what is
 * known of its pace hears anything of the call.
 */
export function forDrill(tools: CallTools, permit: Permit): CallTools {
  tools.board.settle(permit, { result: 'neutral' });
  const pace = new Pace();
  const board = { answered: () => {}, heard: () => {}, settle: () => {} };
  return { ...tools, board, pace, suspicion: new Suspicion(tools.clock, pace) };
}
