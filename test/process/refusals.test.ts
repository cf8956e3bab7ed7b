import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folder, realSimulator, run, writeConfig } from '../support/program.ts';

const config = `providers:
  a: { baseUrl: https://a.example/v1, model: m, apiKey: \${A_KEY} }
chains:
  lucy: { providers: [a] }
`;

async function takePort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** `start` on a config of this text, in a folder of its own. */
async function startOn(text: string, env: Record<string, string> = { A_KEY: 'sk-a' }) {
  const path = await folder();
  const file = join(path, 'recloser.yaml');
  await writeFile(file, text);
  return { path, file, ...(await run(['start', '--config', file, '--control-port', '0'], env)) };
}

test.each([
  ['broken YAML', 'providers: [', /recloser\.yaml:\d+/],
  ['an unknown key', `${config}breakers: {}\n`, /:5:\d+ breakers: .*did you mean breaker/i],
  ['a chain that names nobody', config.replace('[a]', '[b]'), /:4:\d+ .*\bb\b/],
  ['PostgreSQL, which is not there yet', `${config}database: postgres://x/y\n`, /:5:\d+ database: .*PostgreSQL/i],
])('%s is refused at its line, with exit code 2', async (_name, text, says) => {
  const ended = await startOn(text);
  expect(ended.stderr).toMatch(says);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
});

test('a variable that is missing is named, and its line is', async () => {
  const { code, stderr } = await startOn(config, {});
  expect(stderr).toMatch(/:2:\d+ .*A_KEY/);
  expect(code).toBe(2);
});

test('a file that is no config is wrong use of check too, and a good one passes', async () => {
  const path = await folder();
  const file = join(path, 'c.yaml');
  await writeFile(file, config);
  expect((await run(['check', file], { A_KEY: 'x' })).code).toBe(0);
  expect((await run(['check', join(path, 'none.yaml')])).code).toBe(2);
});

test('a port in use is told with what to do, and the database is let go', async () => {
  const taken = createServer();
  const port = await takePort(taken);
  onTestFinished(() => void taken.close());
  const { code, stderr } = await startOn(`gateway: { port: ${port} }\n${config}`);
  expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
  expect(stderr).toContain('RECLOSER_GATEWAY_PORT');
  expect(stderr).not.toContain('short of something');
  expect(code).toBe(1);
});

test('a file that is no database is refused and left as it was', async () => {
  const path = await folder();
  const simulator = await realSimulator(['a']);
  const file = await writeConfig(path, { simulator, chain: ['a'] });
  const database = join(path, 'recloser.db');
  const letter = 'Dear reader, this is a letter and no database at all. '.repeat(40);
  await writeFile(database, letter);
  const { code, stderr } = await run(['start', '--config', file]);
  expect(stderr).toMatch(/recloser\.db.*(not|no).*database/i);
  expect(stderr).not.toContain('    at ');
  expect(code).toBe(1);
  expect(await readFile(database, 'utf8')).toBe(letter);
});

test.each([
  ['an unknown command', ['trap', 'a']],
  ['an act without a reason', ['trip', 'a']],
  ['a duration without a unit', ['trip', 'a', '--reason', 'x', '--for', '15']],
])('%s is wrong use: exit code 2', async (_name, args) => {
  const { code, stderr } = await run(args, { RECLOSER_TOKEN: 't' });
  expect(code).toBe(2);
  expect(stderr).not.toBe('');
});

test('a command that reaches nobody says so, with exit code 1', async () => {
  const free = createServer();
  const port = await takePort(free);
  await new Promise((closed) => free.close(closed));
  const { code, stderr } = await run(['circuits', '--url', `http://127.0.0.1:${port}`, '--token', 't']);
  expect(stderr).toMatch(/running/);
  expect(code).toBe(1);
});
