import { onTestFinished } from 'vitest';
import type { Clock, Random } from '../../server/core/clock.ts';
import { createSimulator, type ProviderOptions, type Simulator } from '../../server/simulator/simulator.ts';
import { FakeClock } from './fakeClock.ts';

export interface StartOptions {
  providers?: ProviderOptions[];
  clock?: Clock;
  random?: Random;
  /** Close it when the test ends; default true. Switch it off outside of a test (`beforeAll`), and close it yourself. */
  release?: boolean;
}

/** The three of the story. */
export const storyProviders: ProviderOptions[] = [
  { name: 'deepseek-v3', model: 'deepseek-chat' },
  { name: 'llama-3.3-70b', model: 'llama-3.3-70b-versatile' },
  { name: 'qwen-72b', model: 'qwen2.5-72b-instruct' },
];

/**
 * A listening simulator. On its default clock no time passes: answers without a pace come at once, and one with a pace
 * waits until the test moves its own `clock`.
 */
export async function startSimulator(options: StartOptions = {}): Promise<Simulator> {
  const { providers = storyProviders, clock = new FakeClock(), random = () => 0.5, release = true } = options;
  const simulator = createSimulator({ clock, random, providers });
  if (release) onTestFinished(() => simulator.close());
  await simulator.listen();
  return simulator;
}
