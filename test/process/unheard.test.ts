import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { ask, folder, main, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

/** Takes no byte, as a disk that is full. */
const fullDisk = '/dev/full';
const hasFullDisk = existsSync(fullDisk);

/** Runs a command whose output nobody takes. `stdout`: a reader that has left, or a full disk. */
async function unheard(args: string[], stdout: 'left' | 'full'): Promise<{ code: unknown; stderr: string }> {
  const full = stdout === 'full' ? openSync(fullDisk, 'w') : null;
  if (full !== null) onTestFinished(() => closeSync(full));
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', full ?? 'pipe', 'pipe'] });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  return { code, stderr };
}

test.each([
  ['--help', 141],
  ['check --schema', 141],
  // It was wrong use all the same.
  ['no-such-command', 2],
])('`recloser %s` whose reader has left ends without a word about it, with %i', async (command, code) => {
  const ended = await unheard(command.split(' '), 'left');
  expect(ended.code).toBe(code);
  expect(ended.stderr).not.toMatch(/EPIPE|written|at .*\.js/);
});

test.skipIf(!hasFullDisk)('a command whose output goes to a full disk says so, and has failed', async () => {
  const { code, stderr } = await unheard(['check', '--schema'], 'full');
  expect(stderr).toBe('What it had to say could not be written in full (ENOSPC): is the disk full?\n');
  expect(code).toBe(1);
});

test('a program that serves goes on when nobody reads what it says any more, and stops in good order', async () => {
  const simulator = await realSimulator(['first']);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain: ['first'] }), {
    env: { RECLOSER_LOG: 'debug' },
  });
  program.process.stdout?.destroy();
  program.process.stderr?.destroy();
  // Each is a line of the log.
  for (let time = 0; time < 3; time += 1) {
    await program.control.circuits.trip.mutate({ provider: 'first', reason: 'to be said', for: '15m' });
    await program.control.circuits.release.mutate({ provider: 'first', reason: 'to be said' });
    program.process.kill('SIGHUP');
    await until(async () => (await program.control.audit.list.query({})).rows.filter(isReload).length > time);
  }
  expect(await ask(program)).toMatchObject({ status: 200 });
  expect(await program.end('SIGTERM')).toBe(0);
});

function isReload({ what }: { what: string }): boolean {
  return what === 'config.reload';
}
