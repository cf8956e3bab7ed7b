import { expect, test } from 'vitest';
import { type Minute, soakMinute, soakStage } from '../support/soak.ts';

/** RECLOSER_SOAK_MINUTES: another length, for a look in passing. */
const minutes = Number(process.env.RECLOSER_SOAK_MINUTES ?? 60);
/** What is kept of the last hour fills up while this runs, and the engine's own code with it: more than this is a leak. */
const maxGrowthBytes = 16_000_000;
/** Files and timers come and go by a few. */
const spareFiles = 6;

test(
  `${minutes} minutes of outages under load: everybody is answered while one provider is well, and nothing is left behind`,
  async () => {
    const stage = await soakStage();
    const { program } = stage;
    const seen: Minute[] = [];
    for (let number = 0; number < minutes; number += 1) {
      const minute = await soakMinute(stage, number);
      console.log(number, shown(minute), minute.failed.slice(0, 3));
      seen.push(minute);
    }
    expect(seen.flatMap(({ failed }) => failed)).toEqual([]);
    expect(program.output()).not.toContain('MaxListenersExceededWarning');
    // The first minute is the engine's and the pools' to warm up.
    const settled = seen.slice(1);
    const third = Math.max(1, Math.floor(settled.length / 3));
    const [early, late] = [settled.slice(0, third), settled.slice(-third)];
    const grown = (of: (minute: Minute) => number) => least(late, of) - least(early, of);
    expect(grown(({ held }) => held.heapBytes)).toBeLessThan(maxGrowthBytes);
    expect(grown(({ held }) => held.externalBytes)).toBeLessThan(maxGrowthBytes);
    expect(grown(({ held }) => held.listeners)).toBe(0);
    expect(grown(({ threads }) => threads ?? 0)).toBe(0);
    expect(grown(({ files }) => files ?? 0)).toBeLessThan(spareFiles);
    expect(grown(({ held }) => held.resources.Timeout ?? 0)).toBeLessThan(spareFiles);
    expect(await program.end('SIGTERM')).toBe(0);
  },
  minutes * 90_000 + 120_000,
);

function least(minutesOf: Minute[], of: (minute: Minute) => number): number {
  return Math.min(...minutesOf.map(of));
}

function shown({ answered, failed, stoodStillMs, held, files, threads }: Minute): object {
  const mb = (bytes: number) => Math.round(bytes / 1e5) / 10;
  const { heapBytes, externalBytes, residentBytes, listeners, resources } = held;
  const memory = { heapMb: mb(heapBytes), externalMb: mb(externalBytes), residentMb: mb(residentBytes) };
  return { answered, failed: failed.length, stoodStillMs, ...memory, listeners, files, threads, resources };
}
