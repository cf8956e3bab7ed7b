import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, folder, realSimulator, startProgram, token, until, writeConfig } from '../support/program.ts';

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

test('a supervisor that waits for it is told that it serves, and nothing secret; a SIGHUP before that is no end', async () => {
  const simulator = await realSimulator(['one']);
  const path = await folder();
  const config = await writeConfig(path, { simulator, chain: ['one'] });
  const said = join(path, 'said');
  const notifier = `#!/bin/sh\n{ echo "$@"; env; } > "${said}.part" && mv "${said}.part" "${said}"\n`;
  await writeFile(join(path, 'systemd-notify'), notifier, { mode: 0o755 });
  const env = { PATH: `${path}:${process.env.PATH}`, NOTIFY_SOCKET: '@nobody' };
  const program = await startProgram(config, {
    ...{ env, node: ['--import', new URL('../support/hangUp.mjs', import.meta.url).href] },
  });
  await until(() => existsSync(said));
  const text = await readFile(said, 'utf8');
  expect(text).toMatch(/^--ready\n/);
  expect(text).toContain('NOTIFY_SOCKET=@nobody');
  expect(text).not.toContain(token);
  await until(async () => {
    const { rows } = await program.control.audit.list.query({});
    return rows.some(({ what, reason }) => what === 'config.reload' && reason === 'SIGHUP');
  });
  expect((await ask(program)).trail).toBe('one=ok');
}, 60_000);
