import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, folder, realSimulator, startProgram, token, until, writeConfig } from '../support/program.ts';

test('a report of the process, as Node writes one when it dies, holds no key of its environment', async () => {
  const simulator = await realSimulator(['one']);
  const path = await folder();
  const providers = { one: `, headers: { x-key: "\${HEADER_KEY}" }` };
  const config = await writeConfig(path, { simulator, chain: ['one'], providers });
  const env = {
    HEADER_KEY: 'planted-in-the-environment',
    LATE_KEY: 'planted-for-later',
    TOLD: 'not used by the config',
  };
  const node = ['--report-on-signal', `--report-directory=${path}`];
  const program = await startProgram(config, { env, node });
  const reports = () => readdirSync(path).filter((name) => /^report\..*\.json$/.test(name));
  const whole = () =>
    reports()
      .map((name) => readFileSync(join(path, name), 'utf8'))
      .find((text) => text.endsWith('}\n'));
  const report = async () => {
    for (const name of reports()) rmSync(join(path, name));
    program.process.kill('SIGUSR2');
    await until(() => whole() !== undefined);
    return whole() ?? '';
  };
  const text = await report();
  expect(JSON.parse(text).environmentVariables).toMatchObject({ TOLD: env.TOLD });
  expect(text).not.toContain(env.HEADER_KEY);
  expect(text).not.toContain(token);
  // What it was given is still known to it.
  expect((await ask(program)).trail).toBe('one=ok');
  expect(simulator.calls('one').map(({ headers }) => headers['x-key'])).toEqual([env.HEADER_KEY]);
  // Nor one that the config uses from a reload on.
  expect(text).toContain(env.LATE_KEY);
  appendFileSync(config, `clients: [{ name: late, key: "\${LATE_KEY}" }]\n`);
  program.process.kill('SIGHUP');
  await until(async () =>
    (await program.control.audit.list.query({})).rows.some(({ what }) => what === 'config.reload'),
  );
  expect((await program.control.config.get.query()).problems).toEqual([]);
  expect(await report()).not.toContain(env.LATE_KEY);
}, 60_000);
