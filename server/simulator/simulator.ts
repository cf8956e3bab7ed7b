import type { Clock, Random, Timer } from '../core/clock.ts';
import { isProblem, parseFault } from '../core/fault.ts';
import { CallLog, type SeenCall } from './callLog.ts';
import { SimulatedProvider } from './provider.ts';
import type { ProviderOptions } from './reply.ts';

export type { SeenCall } from './callLog.ts';
export type { ProviderOptions } from './reply.ts';

export interface SimulatorOptions {
  clock: Clock;
  random: Random;
  /** At most `PROVIDERS_MAX`. */
  providers: ProviderOptions[];
  /** Calls kept in the log, at most `LOG_CALLS_MAX` (the default). */
  logCalls?: number;
}

/** A fault from `afterMs` on, counted from the start of the schedule or of its round. */
export interface ScheduleStep {
  afterMs: number;
  fault: string;
}

export interface Schedule {
  stop(): void;
}

/** OpenAI-compatible providers that fail as they are told, each on a port of its own. */
export interface Simulator {
  /** The first provider on `port`, the next on the one after it …; 0 (default): any free ones. Loopback only. */
  listen(port?: number): Promise<void>;
  /** Ends schedules, and every open call at once. */
  close(): Promise<void>;
  /** The base address for a config: `http://127.0.0.1:PORT/v1`. */
  url(provider: string): string;
  /** By name (`core/fault.ts`), from the next call on. Rejects on a fault it does not know, with all that it knows. */
  setFault(provider: string, fault: string): Promise<void>;
  /** The fault it has now, by name. */
  fault(provider: string): string;
  /** Faults at their times, over again every `everyMs`, or once. Throws on a fault it does not know. */
  schedule(provider: string, steps: readonly ScheduleStep[], everyMs?: number): Schedule;
  /** Back to how the provider (or all) was made, its calls forgotten. */
  reset(provider?: string): Promise<void>;
  /** What the providers saw, oldest first. */
  readonly log: readonly SeenCall[];
  calls(provider: string): SeenCall[];
  /** Resolves as soon as the log passes the test; asked again when a call arrives, sends a token or ends. */
  until(test: (calls: readonly SeenCall[]) => boolean): Promise<void>;
}

export const PROVIDERS_MAX = 100;
const SCHEDULE_STEPS_MAX = 1_000;
const HOST = '127.0.0.1';

export function createSimulator({ clock, random, providers: asked, logCalls }: SimulatorOptions): Simulator {
  if (asked.length > PROVIDERS_MAX) throw new Error(`The simulator takes at most ${PROVIDERS_MAX} providers.`);
  const log = new CallLog(logCalls);
  const providers = new Map(asked.map((one) => [one.name, new SimulatedProvider(one, { clock, random, log })]));
  const schedules = new Set<Schedule>();

  function find(name: string): SimulatedProvider {
    const provider = providers.get(name);
    if (!provider) throw new Error(`No simulated provider "${name}": there are ${[...providers.keys()].join(', ')}.`);
    return provider;
  }

  async function close(): Promise<void> {
    for (const schedule of schedules) schedule.stop();
    await Promise.all([...providers.values()].map((provider) => provider.close()));
  }

  return {
    async listen(port = 0) {
      const ports = [...providers.values()].map((provider, index) => ({
        provider,
        port: port === 0 ? 0 : port + index,
      }));
      try {
        await Promise.all(ports.map(({ provider, port: wanted }) => provider.listen(wanted, HOST)));
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
    url: (name) => `http://${HOST}:${find(name).port}/v1`,
    setFault: async (name, fault) => await find(name).setFault(fault),
    fault: (name) => find(name).faultText,
    schedule(name, steps, everyMs) {
      const schedule = startSchedule({ provider: find(name), steps, everyMs: everyMs ?? null, clock });
      const stop = () => {
        schedules.delete(entry);
        schedule.stop();
      };
      const entry = { stop };
      schedules.add(entry);
      return entry;
    },
    async reset(name) {
      const chosen = name === undefined ? [...providers.values()] : [find(name)];
      log.forget(name);
      await Promise.all(chosen.map((provider) => provider.setFault(provider.options.fault ?? 'ok')));
    },
    log: log.calls,
    calls: (name) => log.calls.filter((call) => call.provider === name),
    until: (test) => log.until(test),
  };
}

interface ScheduleOptions {
  provider: SimulatedProvider;
  steps: readonly ScheduleStep[];
  everyMs: number | null;
  clock: Clock;
}

function startSchedule({ provider, steps, everyMs, clock }: ScheduleOptions): Schedule {
  checkSteps(steps, everyMs);
  const started = clock.now();
  let timer: Timer | null = null;

  // Each moment is counted from the start, so that late timers do not add up.
  function arm(index: number, round: number): void {
    const step = steps[index];
    if (!step) {
      if (everyMs !== null) arm(0, round + 1);
      return;
    }
    const at = started + round * (everyMs ?? 0) + step.afterMs;
    timer = clock.after(Math.max(0, at - clock.now()), () => {
      // A port that was taken meanwhile leaves the provider refusing; the next step tries again.
      provider.setFault(step.fault).catch(() => {});
      arm(index + 1, round);
    });
  }

  arm(0, 0);
  return { stop: () => timer?.cancel() };
}

function checkSteps(steps: readonly ScheduleStep[], everyMs: number | null): void {
  const last = steps.at(-1);
  if (!last || steps.length > SCHEDULE_STEPS_MAX) throw new Error(`A schedule has 1 to ${SCHEDULE_STEPS_MAX} steps.`);
  if (steps.some((step, index) => step.afterMs < (steps[index - 1]?.afterMs ?? 0))) {
    throw new Error('The steps of a schedule must be in the order of their times.');
  }
  if (everyMs !== null && everyMs <= last.afterMs - (steps[0]?.afterMs ?? 0)) {
    throw new Error('A schedule must be longer than its steps: raise everyMs.');
  }
  for (const step of steps) {
    const parsed = parseFault(step.fault);
    if (isProblem(parsed)) throw new Error(parsed.error);
  }
}
