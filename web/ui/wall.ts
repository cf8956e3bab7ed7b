import { day, timeOfDay, type Zone } from '../time.ts';

/** A moment as the clock of a zone shows it, for a field: `2026-11-17T14:03:12`. */
export function wallOf(at: number, zone: Zone): string {
  return `${day(at, zone)}T${timeOfDay(at, zone)}`;
}

/** The moment at which the clock of a zone shows this, ms since 1970; of an hour that comes twice the first. Null: it is no time. */
export function momentOf(wall: string, zone: Zone): number | null {
  const shown = asUtc(wall);
  if (shown === null) return null;
  let at = shown;
  // Once for the zone, once more where it changes in between.
  for (let step = 0; step < 2; step += 1) at += shown - (asUtc(wallOf(at, zone)) ?? at);
  return at;
}

function asUtc(wall: string): number | null {
  const at = Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}Z`);
  return Number.isNaN(at) ? null : at;
}
