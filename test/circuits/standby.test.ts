import { expect, test } from 'vitest';
import { Standby } from '../../server/circuits/standby.ts';
import { defaults, providerNamed, Rig } from '../support/breaker.ts';

const periodMs = 600_000;

interface Options {
  names?: string[];
  draw?: number;
  /** Whether answers come by themselves. */
  hangs?: boolean;
}

function setUp({ names = ['a'], draw = 0.5, hangs = false }: Options = {}) {
  const rig = new Rig({ names });
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const standby = new Standby({
    board: rig.board,
    providers: names.map((name) => ({ ...providerNamed(name, defaults), standbyMs: name === 'off' ? null : periodMs })),
    clock: rig.clock,
    random: () => draw,
    ask: async (provider) => {
      asked.push(provider);
      if (hangs) await new Promise<void>((resolve) => answers.push(resolve));
    },
  });
  standby.start();
  /** Time goes by; what waits for its turn gets it. */
  const pass = async (ms: number): Promise<void> => {
    rig.clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { rig, standby, asked, answers, pass };
}

test('a provider without traffic is asked once a period', async () => {
  const { asked, pass } = setUp();
  await pass(periodMs - 1);
  expect(asked).toEqual([]);
  await pass(1);
  expect(asked).toEqual(['a']);
  await pass(periodMs - 1);
  expect(asked).toEqual(['a']);
  await pass(1);
  expect(asked).toEqual(['a', 'a']);
});

test('a call of whatever kind puts the check off by a whole period', async () => {
  const { standby, asked, pass } = setUp();
  for (let call = 0; call < 5; call += 1) {
    await pass(periodMs - 1_000);
    standby.heard('a');
  }
  expect(asked).toEqual([]);
  await pass(periodMs);
  expect(asked).toEqual(['a']);
});

test.each([
  [0, 0.9],
  [0.999_999, 1.1],
])('with a draw of %d the wait is %d of the period', async (draw, share) => {
  const { asked, pass } = setUp({ draw });
  await pass(periodMs * share - 10);
  expect(asked).toEqual([]);
  await pass(20);
  expect(asked).toEqual(['a']);
});

test('providers are asked one at a time, and one whose key is off is not', async () => {
  const { asked, answers, pass } = setUp({ names: ['a', 'off', 'b', 'c'], hangs: true });
  await pass(periodMs);
  expect(asked).toEqual(['a']);
  answers.shift()?.();
  await pass(0);
  expect(asked).toEqual(['a', 'b']);
  answers.shift()?.();
  await pass(0);
  expect(asked).toEqual(['a', 'b', 'c']);
});

test('one that had traffic while it waited for its turn is not asked', async () => {
  const { standby, asked, answers, pass } = setUp({ names: ['a', 'b'], hangs: true });
  await pass(periodMs);
  standby.heard('b');
  answers.shift()?.();
  await pass(0);
  expect(asked).toEqual(['a']);
  await pass(periodMs);
  expect(asked).toEqual(['a', 'a']);
});

test.each([
  ['open', (rig: Rig) => rig.calls(5, { result: 'failure', timeout: false, ambiguous: null, attempt: 'r/0' })],
  ['throttled', (rig: Rig) => rig.calls(1, { result: 'throttled', retryAfterMs: 3_600_000, attempt: 'r/0' })],
  ['tripped', (rig: Rig) => rig.board.act({ type: 'trip', provider: 'a', reason: 'r', by: 'ada', forMs: null })],
])('one that is %s is left alone', async (_state, move) => {
  const { rig, asked, pass } = setUp();
  move(rig);
  // Its open time ends meanwhile, and half-open it has probes of its own.
  await pass(periodMs);
  await pass(periodMs);
  expect(asked).toEqual([]);
});

test('one that came back is asked again', async () => {
  const { rig, asked, pass } = setUp();
  const act = { provider: 'a', reason: 'r', by: 'ada' };
  rig.board.act({ ...act, type: 'trip', forMs: null });
  await pass(periodMs);
  rig.board.act({ ...act, type: 'release' });
  await pass(periodMs);
  expect(asked).toEqual(['a']);
});

test('after the end nobody is asked, not even who stood in line, and no timer is left', async () => {
  const { rig, standby, asked, answers, pass } = setUp({ names: ['a', 'b'], hangs: true });
  await pass(periodMs);
  standby.stop();
  answers.shift()?.();
  await pass(10 * periodMs);
  expect(asked).toEqual(['a']);
  expect(rig.clock.timers).toBe(0);
});
