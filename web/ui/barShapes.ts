import type { MarkState } from '../words.ts';

/** How high a bar of states is drawn, CSS pixels. */
export const barPx = 26;

/** Pieces of a bar, top and height of `barPx`: each state has a shape that no other has, whatever the colours. */
export const barShapes: Record<MarkState | 'unknown', readonly { y: number; height: number }[]> = {
  closed: [{ y: 4, height: 18 }],
  open: [{ y: 0, height: barPx }],
  halfOpen: [{ y: 10, height: 16 }],
  // Broken in two, as the contact of a breaker is.
  tripped: [
    { y: 0, height: 11 },
    { y: 15, height: 11 },
  ],
  // A pin on top.
  heldClosed: [
    { y: 0, height: 4 },
    { y: 7, height: 15 },
  ],
  none: [{ y: 11, height: 4 }],
  unknown: [{ y: 12, height: 2 }],
};
