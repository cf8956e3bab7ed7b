import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordedIds, startCallers } from '../support/callers.ts';
import { folder, realSimulator, run, startProgram, token, writeConfig } from '../support/program.ts';

test('a backup made under load holds what was answered before it, and the program starts from it', async () => {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const path = await folder();
  const program = await startProgram(await writeConfig(path, { simulator, chain }));
  const callers = startCallers(program);
  await callers.more(40);
  await program.control.circuits.trip.mutate({ provider: 'second', reason: 'planned work', for: '15m' });
  const kept = await recordedIds(program);
  const file = join(path, 'copy.db');
  const made = await run(['backup', file, '--url', new URL(program.dashboard).origin, '--token', token]);
  expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('looked through and sound') });
  await callers.more(10);
  await callers.stop();
  expect(callers.answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await program.end('SIGTERM')).toBe(0);

  const other = await folder();
  copyFileSync(file, join(other, 'recloser.db'));
  const restored = await startProgram(await writeConfig(other, { simulator, chain }));
  const there = await recordedIds(restored);
  expect(kept.size).toBeGreaterThan(20);
  expect([...kept].filter((id) => !there.has(id))).toEqual([]);
  expect(await restored.circuit('second')).toMatchObject({ state: 'tripped', reason: 'planned work' });
  const after = startCallers(restored);
  await after.more(10);
  await after.stop();
  expect(after.answers.filter(({ status }) => status !== 200)).toEqual([]);
});
