import { expect, test } from 'vitest';
import { soakMinute, soakStage } from '../support/soak.ts';

/** Each a few seconds of what `test/long/soak.test.ts` does for an hour. */
const pace = { minuteMs: 3_500, turnMs: 1_200 };
/** Files and timers come and go by a few. */
const spare = 6;

test('a sample of outages under load: everybody is answered while one provider is well, and nothing is left behind', async () => {
  const stage = await soakStage();
  const { program } = stage;
  const before = await soakMinute(stage, 0, pace);
  const after = await soakMinute(stage, 1, pace);
  expect([...before.failed, ...after.failed]).toEqual([]);
  expect(Math.min(before.answered, after.answered)).toBeGreaterThan(10);
  expect(program.output()).not.toContain('MaxListenersExceededWarning');
  expect(after.held.listeners - before.held.listeners).toBe(0);
  expect((after.threads ?? 0) - (before.threads ?? 0)).toBe(0);
  expect((after.files ?? 0) - (before.files ?? 0)).toBeLessThan(spare);
  expect((after.held.resources.Timeout ?? 0) - (before.held.resources.Timeout ?? 0)).toBeLessThan(spare);
  expect(await program.end('SIGTERM')).toBe(0);
});
