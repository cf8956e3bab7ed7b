import type { Clock } from '../core/clock.ts';
import type { ProviderOptions, Simulator } from './simulator.ts';

/** The demo: three simulated providers, and outages at known times. Nothing of it leaves this machine. */

export const demoChain = 'lucy';

const prices = {
  'deepseek-v3': { input: 0.27, cachedInput: 0.07, output: 1.1 },
  'llama-3.3-70b': { input: 0.59, cachedInput: 0.59, output: 0.79 },
  'qwen-72b': { input: 0.9, cachedInput: 0.9, output: 0.9 },
} as const;

export type DemoProvider = keyof typeof prices;

/** In the order of the chain. */
export const demoProviders: (ProviderOptions & { name: DemoProvider })[] = [
  {
    name: 'deepseek-v3',
    model: 'deepseek-chat (simulated)',
    latency: { delayMs: 900, jitter: 0.5, gapMs: 25, tokens: 48 },
    cachedShare: 0.5,
  },
  {
    name: 'llama-3.3-70b',
    model: 'llama-3.3-70b-versatile (simulated)',
    latency: { delayMs: 300, jitter: 0.5, gapMs: 8, tokens: 44 },
  },
  {
    name: 'qwen-72b',
    model: 'qwen2.5-72b-instruct (simulated)',
    latency: { delayMs: 600, jitter: 0.5, gapMs: 20, tokens: 46 },
  },
];

export interface DemoSettings {
  /** Base address of each provider, as `simulator.url` says it. */
  urls: Record<DemoProvider, string>;
  /** A path, or `:memory:`. */
  database: string;
  gatewayPort: number;
  controlPort: number;
}

/** The demo's config as text, for the ordinary loader. */
export function demoSettings({ urls, database, gatewayPort, controlPort }: DemoSettings): string {
  const providers = demoProviders.map(({ name, model }) => {
    const { input, cachedInput, output } = prices[name];
    return `  ${name}:
    baseUrl: ${JSON.stringify(urls[name])}
    apiKey: simulated
    model: ${JSON.stringify(model)}
    price: { input: ${input}, cachedInput: ${cachedInput}, output: ${output} }
    timeouts: { connect: 1s, firstToken: 3s, idle: 10s, total: 1m }
    standby: 1m # ten minutes in production
`;
  });
  return `# The demo. Its providers are simulated: no word leaves this machine, and the money is made up.
environment: demo
gateway: { host: 127.0.0.1, port: ${gatewayPort} }
control: { host: 127.0.0.1, port: ${controlPort} }
database: ${JSON.stringify(database)}

providers:
${providers.join('')}
chains:
  ${demoChain}:
    providers: [${demoProviders.map(({ name }) => name).join(', ')}]
    deadline: 30s

breaker:
  open: 20s # five minutes in production; short here, so that you see it close again
  ramp: 10s
  ghosts:
    eager: { failures: 3, timeouts: 2 } # the page of each provider says what this would have spared
`;
}

export interface DemoScenario {
  /** When the next outage of deepseek-v3 begins, ms since 1970. */
  nextOutageAt(): number;
  /** The outage of now, in ms since 1970, or null. */
  outage(): { provider: DemoProvider; since: number; until: number } | null;
  /** One or two sentences for people, true at this moment. */
  describe(): string;
  stop(): void;
}

const FIRST_OUTAGE_MS = 20_000;
const OUTAGE_MS = 60_000;
const ROUND_MS = 180_000;

/** Outages and bad spells from now on, round after round. The simulator must have the `demoProviders`. */
export function demoScenario({ simulator, clock }: { simulator: Simulator; clock: Clock }): DemoScenario {
  const started = clock.now();
  const schedules = [
    simulator.schedule(
      'deepseek-v3',
      [
        { afterMs: FIRST_OUTAGE_MS, fault: 'share=0.4:silent,503' },
        { afterMs: FIRST_OUTAGE_MS + OUTAGE_MS, fault: 'ok' },
      ],
      ROUND_MS,
    ),
    // Amid each second outage the stand-in is throttled too, so that the last of the chain is seen at work.
    simulator.schedule(
      'llama-3.3-70b',
      [
        { afterMs: 45_000, fault: '429/retry-after=8' },
        { afterMs: 51_000, fault: 'ok' },
        { afterMs: 230_000, fault: 'ok/delay=1500ms/gap=40ms' },
        { afterMs: 260_000, fault: 'ok' },
      ],
      2 * ROUND_MS,
    ),
  ];

  /** Since the first outage began, ms; below 0 before it. */
  const sinceFirst = () => clock.now() - started - FIRST_OUTAGE_MS;

  function untilNext(): number {
    const since = sinceFirst();
    return since < 0 ? -since : ROUND_MS - (since % ROUND_MS);
  }

  function outage() {
    const into = sinceFirst() % ROUND_MS;
    if (sinceFirst() < 0 || into >= OUTAGE_MS) return null;
    const since = clock.wall() - into;
    return { provider: 'deepseek-v3' as const, since, until: since + OUTAGE_MS };
  }

  return {
    nextOutageAt: () => clock.wall() + untilNext(),
    outage,
    describe() {
      const now = outage();
      const plan = `Simulated: deepseek-v3 has an outage of ${inWords(OUTAGE_MS)} every ${inWords(ROUND_MS)}.`;
      return now
        ? `${plan} It is down now, for another ${inWords(now.until - clock.wall())}.`
        : `${plan} The next one begins in ${inWords(untilNext())}.`;
    },
    stop() {
      for (const schedule of schedules) schedule.stop();
    },
  };
}

/** `42 s`, `3 min`. */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds > 60 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
