import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ask, folder, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

test('SIGHUP has the config read again: with a mistake in it the program goes on as it was, mended it goes by it', async () => {
  const simulator = await realSimulator(['one', 'two']);
  const config = await writeConfig(await folder(), { simulator, chain: ['one', 'two'] });
  const program = await startProgram(config);
  const good = await readFile(config, 'utf8');
  await writeFile(config, good.replace('[one, two]', '[two, three]'));
  program.process.kill('SIGHUP');
  await until(async () => (await program.control.config.get.query()).problems.length === 1);
  expect((await ask(program)).trail).toBe('one=ok');
  await writeFile(config, good.replace('[one, two]', '[two, one]'));
  program.process.kill('SIGHUP');
  await until(async () => (await program.control.config.get.query()).problems.length === 0);
  expect((await ask(program)).trail).toBe('two=ok');
  expect(await program.end('SIGTERM')).toBe(0);
}, 60_000);
