import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { TestDatabase } from './support/database.ts';

const program = fileURLToPath(new URL('./support/writerProcess.ts', import.meta.url));

/** Runs the writing process until it has acknowledged so many things, kills it there, and gives what it acknowledged. */
async function writeAndKill(path: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return acknowledged;
}

test('a killed process leaves a whole database with all that was acknowledged, and the next one goes on', async () => {
  await using database = new TestDatabase();
  for (const count of [7, 16]) {
    const acknowledged = await writeAndKill(database.path, count);
    const sqlite = new Database(database.path);
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
    const rowsOf = sqlite.prepare('SELECT count(*) FROM requests WHERE id LIKE ?').pluck();
    const attemptsOf = sqlite.prepare('SELECT count(*) FROM attempts WHERE request_id LIKE ?').pluck();
    for (const line of acknowledged) {
      const [what, round] = line.split(' ');
      if (what === 'batch') expect([rowsOf.get(`b${round}-%`), attemptsOf.get(`b${round}-%`)]).toEqual([300, 300]);
      else expect(sqlite.prepare('SELECT id FROM audit WHERE id = ?').pluck().get(`a${round}`)).toBe(`a${round}`);
    }
    // A batch is there whole or not at all.
    const counts = sqlite.prepare("SELECT DISTINCT count(*) FROM requests GROUP BY substr(id, 1, instr(id, '-'))");
    expect(counts.pluck().all()).toEqual([300]);
    const lastAct = Math.max(
      ...acknowledged.filter((line) => line.startsWith('act')).map((line) => Number(line.slice(4))),
    );
    sqlite.close();
    const storage = await database.open();
    const { circuits, lastSeq } = await storage.restore('a');
    expect(lastSeq).toBeGreaterThanOrEqual(lastAct + 1);
    expect(circuits[0]?.epoch).toBeGreaterThanOrEqual(lastAct + 1);
    await storage.close(1_000);
  }
});
