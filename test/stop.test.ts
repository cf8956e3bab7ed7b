import { expect, test } from 'vitest';
import { endInOrder, WRITE_GRACE_MS } from '../server/stop.ts';
import { FakeClock } from './support/fakeClock.ts';

const never = () => new Promise<void>(() => {});
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The parts of a program, which note when they are told to end. */
function partsWith(looker: () => Promise<void>) {
  const clock = new FakeClock();
  const ended: string[] = [];
  const part = (name: string) => async () => void ended.push(name);
  const ending = {
    clock,
    lookers: [looker],
    gateway: { drain: async (graceMs: number) => void ended.push(`gateway ${graceMs}`) },
    tracing: { close: part('tracing') },
    drills: { close: part('drills') },
    control: { close: part('control') },
    recorder: { close: part('recorder') },
    storage: { close: part('storage') },
  };
  return { clock, ended, ending };
}

test('a record that is stuck takes nothing of the time of callers, and does not keep the program from its end', async () => {
  const { clock, ended, ending } = partsWith(never);
  const over = endInOrder(ending, { delayMs: 0, graceMs: 10_000 });
  await turn();
  expect(ended).toEqual(['gateway 10000', 'tracing', 'drills']);
  clock.advance(WRITE_GRACE_MS);
  await over;
  expect(ended.slice(3)).toEqual(['control', 'recorder', 'storage']);
});

test('before the delay is over nothing ends; what fails to end in order is passed over', async () => {
  const { clock, ended, ending } = partsWith(() => Promise.reject(new Error('a defect')));
  const over = endInOrder(ending, { delayMs: 5_000, graceMs: 10_000 });
  clock.advance(4_999);
  await turn();
  expect(ended).toEqual([]);
  clock.advance(1);
  await over;
  expect(ended).toEqual(['gateway 10000', 'tracing', 'drills', 'control', 'recorder', 'storage']);
});
