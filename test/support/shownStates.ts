import type { ShownState } from '../../server/core/circuit/types.ts';

const listed: Record<ShownState, true> = { closed: true, open: true, halfOpen: true, tripped: true, heldClosed: true };

/** Every state a circuit can be shown in: a new one is a compile error here. */
export const shownStates = Object.keys(listed) as ShownState[];
