import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { backupFile } from '../../db/sqlite/backup.ts';
import type { Finding } from '../../server/core/doctor/finding.ts';
import { type DoctorWorld, examineBy } from '../../server/doctor.ts';
import { realClock } from '../../server/world.ts';
import { TestDatabase } from '../db/support/database.ts';
import { batch, requests } from '../db/support/records.ts';
import { run } from '../support/cli.ts';
import { startControl } from '../support/control.ts';
import { startUpstream } from '../support/upstream.ts';

const machine: DoctorWorld = {
  clock: realClock,
  openFiles: 65_536,
  memory: { limitBytes: 8e9, limitedBy: 'machine', heapBytes: 4e9 },
  node: { version: '22.4.0', oldest: '20.19.0' },
  webBuilt: true,
};
const secret = 'sk-secret-of-ours-1';
const env = { A_KEY: secret, RECLOSER_TOKEN: 'a-token-of-enough-characters' };

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recloser-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

interface Stage {
  ports?: { gateway: number; control: number };
  database?: string;
  url?: string;
  folder?: string;
}

async function configOf({ ports = { gateway: 0, control: 0 }, url = 'http://127.0.0.1:9/v1', ...more }: Stage) {
  const folder = more.folder ?? (await folderOfTest());
  const file = join(folder, 'recloser.yaml');
  await writeFile(
    file,
    `providers:
  a: { baseUrl: "${url}", model: m, apiKey: "\${A_KEY}" }
chains:
  lucy: { providers: [a] }
gateway: { port: ${ports.gateway} }
control: { port: ${ports.control} }
database: ${more.database ?? join(folder, 'recloser.db')}
`,
  );
  return file;
}

async function doctor(file: string, ...options: string[]) {
  const ran = await run(['doctor', '-c', file, '--json', ...options], { env, examine: examineBy(machine) });
  expect(ran.out + ran.err).not.toContain(secret);
  const { worst, findings } = JSON.parse(ran.out) as { worst: string; findings: Finding[] };
  const of = (check: string) => findings.find((each) => each.check === check);
  return { ...ran, worst, of };
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

test('where all is well it says so and is 0; for people it says each thing in a line', async () => {
  const file = await configOf({});
  const { exitCode, worst, of } = await doctor(file);
  expect([exitCode, worst]).toEqual([0, 'note']);
  expect(of('secrets')).toMatchObject({ mark: 'good', says: 'All are there: A_KEY.' });
  expect(of('database')).toMatchObject({ mark: 'good', says: expect.stringContaining('can be made') });
  const { out } = await run(['doctor', '-c', file], { env, examine: examineBy(machine) });
  expect(out).toMatch(/^good {5}config: .*recloser\.yaml is good\.$/m);
  expect(out).toMatch(/^note {5}providers: .*\n {9}→ With --providers/m);
});

test('without a config only the machine is looked at; a config that is refused is 1 with its problems', async () => {
  const bad = await run(['doctor', '-c', join(tmpdir(), 'no-such.yaml')], { examine: examineBy(machine) });
  expect(bad).toMatchObject({ exitCode: 1, out: expect.stringContaining('there is no such file') });
  const unset = await run(['doctor', '-c', await configOf({})], { examine: examineBy(machine) });
  expect(unset).toMatchObject({ exitCode: 1, out: expect.stringContaining('Not set: A_KEY.') });
});

test('a port that a Recloser holds is told from one that another program has', async () => {
  await using control = await startControl();
  const other = await listening(createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"status":"ok"}')));
  const { exitCode, of } = await doctor(await configOf({ ports: { gateway: other, control: control.port } }));
  expect(of('control port')).toMatchObject({ mark: 'good', says: expect.stringContaining('A Recloser runs') });
  expect(of('gateway port')).toMatchObject({ mark: 'bad', says: expect.stringContaining('another program') });
  expect(exitCode).toBe(1);
});

test('a database is looked through while it is written: whole, damaged, no database at all, or where none can be', async () => {
  const folder = await folderOfTest();
  await using database = new TestDatabase();
  const storage = await database.open();
  await storage.append(batch({ requests: requests('r', 400) }));
  const looked = async (path: string) => (await doctor(await configOf({ folder, database: path }))).of('database');
  expect(await looked(database.path)).toMatchObject({ mark: 'good', says: expect.stringContaining('is whole') });

  const damaged = join(folder, 'damaged.db');
  const bytes = backupFile(database.path, damaged);
  const file = await open(damaged, 'r+');
  await file.write(Buffer.alloc(16_384, 0xff), 0, 16_384, Math.floor(bytes / 2));
  await file.close();
  expect(await looked(damaged)).toMatchObject({ mark: 'bad', remedy: expect.stringContaining('backup') });

  const foreign = join(folder, 'foreign.db');
  await writeFile(foreign, 'this is a text of more than one hundred characters and no database '.repeat(20));
  expect(await looked(foreign)).toMatchObject({ mark: 'bad', says: expect.stringContaining('not a database') });
  expect(await looked(join(foreign, 'r.db'))).toMatchObject({
    mark: 'bad',
    says: expect.stringContaining('not a folder'),
  });
  expect(await looked(folder)).toMatchObject({ mark: 'bad', says: expect.stringContaining('it is a folder') });
});

test('--providers asks each for its models with its key, and compares the time', async () => {
  const upstream = await startUpstream((response, { path, headers }) => {
    const isRight = path === '/v1/models' && headers.authorization === `Bearer ${secret}`;
    const hour = new Date(Date.now() + 3_600_000).toUTCString();
    response.writeHead(isRight ? 200 : 401, { date: hour }).end('{"data":[]}');
  });
  const { exitCode, of } = await doctor(await configOf({ url: upstream.url }), '--providers');
  expect(of('provider a')).toMatchObject({ mark: 'good' });
  expect(of('clock')).toMatchObject({ mark: 'caution', says: expect.stringMatching(/is (59m|1h).* behind/) });
  expect([exitCode, upstream.calls.length]).toEqual([0, 1]);

  upstream.script = (response) => void response.writeHead(401).end(`{"error":"no such key ${secret}"}`);
  const refused = await doctor(await configOf({ url: upstream.url }), '--providers');
  expect(refused.of('provider a')).toMatchObject({ mark: 'bad', says: 'It refuses the key (401).' });

  upstream.script = (response) => void response.socket?.destroy();
  const cut = await doctor(await configOf({ url: upstream.url }), '--providers');
  expect(cut.of('provider a')).toMatchObject({ mark: 'bad', says: expect.stringContaining('Nothing takes') });

  const nowhere = await doctor(await configOf({ url: 'http://no-such-host.invalid/v1' }), '--providers');
  expect(nowhere.of('provider a')).toMatchObject({ mark: 'bad', says: expect.stringContaining('no address') });
});
