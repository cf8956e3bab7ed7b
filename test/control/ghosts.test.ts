import { expect, test } from 'vitest';
import { breakProvider, call, startControl, testBoard } from '../support/control.ts';
import { FakeClock } from '../support/fakeClock.ts';

test('circuits.ghosts tells what each ghost of a provider would have done, beside its circuit', async () => {
  const clock = new FakeClock();
  const board = testBoard(clock, { eager: { failures: 3 }, patient: { failures: 9, calls: 100 } });
  await using control = await startControl({ board });
  breakProvider(board, 'deepseek-v3');
  const { body } = await call(control, 'circuits.ghosts', { input: { provider: 'deepseek-v3' } });
  expect(body.result?.data).toMatchObject({
    circuits: [{ provider: 'deepseek-v3', state: 'open' }],
    ghosts: [
      { ghost: 'eager', state: 'open', breaker: { failures: 3, openMs: 300_000 }, totals: { spared: { waited: 2 } } },
      { ghost: 'patient', state: 'closed', sentence: 'with patient: stayed closed where the circuit opened' },
    ],
  });
  const all = await call(control, 'circuits.ghosts');
  expect(all.body.result?.data.ghosts).toHaveLength(6);
});

test('circuits.ghosts of an unknown provider is a 404 with the names there are', async () => {
  await using control = await startControl();
  const { status, body } = await call(control, 'circuits.ghosts', { input: { provider: 'x' } });
  expect(status).toBe(404);
  expect(body.error?.message).toContain('deepseek-v3, llama-3.3-70b, qwen-72b');
  const none = await call(control, 'circuits.ghosts');
  expect(none.body.result?.data.ghosts).toEqual([]);
});
