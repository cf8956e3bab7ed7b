import type { World } from './app.ts';
import { demoChain, demoProviders, demoScenario, demoSettings } from './simulator/demo.ts';
import { createSimulator } from './simulator/simulator.ts';
import { startTraffic, type Traffic } from './simulator/traffic.ts';

/** Three simulated providers on ports of their own, with outages on a schedule, and light traffic. */
export interface Demo {
  /** The config that points at them, as text. */
  config: string;
  /** What is going on and what comes next, in a sentence. */
  describe(): string;
  nextOutageAt(): number;
  /** Sends traffic to the gateway. */
  begin(gatewayUrl: string): void;
  stop(): Promise<void>;
}

const CALLS_A_SECOND = 3;
/** The demo reads no log of calls; a few are kept for whoever debugs it. */
const DEMO_CALLS_KEPT = 100;
const GATEWAY_PORT = 4400;
const CONTROL_PORT = 4401;

export async function startDemo({ clock, random }: Pick<World, 'clock' | 'random'>): Promise<Demo> {
  const simulator = createSimulator({ clock, random, providers: demoProviders, logCalls: DEMO_CALLS_KEPT });
  await simulator.listen();
  const scenario = demoScenario({ simulator, clock });
  let traffic: Traffic | null = null;
  return {
    config: demoSettings({
      urls: {
        'deepseek-v3': simulator.url('deepseek-v3'),
        'llama-3.3-70b': simulator.url('llama-3.3-70b'),
        'qwen-72b': simulator.url('qwen-72b'),
      },
      database: 'demo.db',
      gatewayPort: GATEWAY_PORT,
      controlPort: CONTROL_PORT,
    }),
    describe: () => scenario.describe(),
    nextOutageAt: () => scenario.nextOutageAt(),
    begin(gatewayUrl) {
      traffic = startTraffic({ url: gatewayUrl, clock, random, perSecond: CALLS_A_SECOND, chain: demoChain });
    },
    async stop() {
      await traffic?.stop();
      scenario.stop();
      await simulator.close();
    },
  };
}
