import type { Clock, Random } from './core/clock.ts';
import { createSimulator } from './simulator/simulator.ts';

/** Plays the faults that callers ask for by `x-recloser-fault`, on loopback. */
export interface DrillGround {
  url: string;
  close(): Promise<void>;
}

const NAME = 'drill';
/** Nobody reads the log of calls; a few are kept for whoever debugs it. */
const CALLS_KEPT = 20;

export async function openDrillGround({ clock, random }: { clock: Clock; random: Random }): Promise<DrillGround> {
  const providers = [{ name: NAME, model: NAME, anyModel: true }];
  const simulator = createSimulator({ clock, random, providers, logCalls: CALLS_KEPT });
  await simulator.listen();
  return { url: simulator.url(NAME), close: () => simulator.close() };
}
