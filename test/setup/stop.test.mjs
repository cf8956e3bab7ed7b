import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCheckout, node, run } from './checkout.mjs';

/** However the command is stopped, the server behind it ends, and ends by itself. */

let built;
beforeAll(async () => {
  built = makeCheckout(afterAll);
  await run(built, node('build'), { whenDone: afterAll }).closed;
}, 90_000);

async function started(command, options) {
  const process_ = run(built, command, options);
  const [, pid] = await process_.says(/up (\d+)/);
  return { ...process_, server: Number(pid) };
}

describe('a started server', () => {
  it('gets the arguments as they were given, and stdout is its own', async () => {
    const { child, closed } = await started(node('recloser', 'trip', 'a b', '--json'));
    child.kill('SIGTERM');
    expect((await closed).stdout).toMatch(/^up \d+ trip a b --json\nstopped by SIGTERM\n$/);
  });

  it('ends by the signal its command got, once, and its exit code comes back', async () => {
    const { child, closed } = await started(node('start'));
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await closed).toMatchObject({ code: 7, stdout: expect.stringMatching(/stopped by SIGINT\n$/) });
  });

  it('hears a Ctrl-C once, though the terminal tells all of npm’s processes', async () => {
    const { child, closed } = await started(['npm', 'start'], { detached: true });
    process.kill(-child.pid, 'SIGINT');
    expect((await closed).stdout).toMatch(/stopped by SIGINT\n$/);
  });

  it('ends when its command is killed without a word', async () => {
    const { child, closed } = await started(node('start'));
    child.kill('SIGKILL');
    expect((await closed).stdout).toContain('stopped by disconnect');
  });

  it('ends when npm is killed without a word', async () => {
    const { child, closed } = await started(['npm', 'start', '--', '--config', 'file.yaml']);
    child.kill('SIGKILL');
    const { stdout } = await closed;
    expect(stdout).toMatch(/up \d+ start --config file\.yaml/);
    expect(stdout).toContain('stopped by SIGTERM');
  });

  it('that is killed takes its command with it', async () => {
    const { closed, server } = await started(node('start'));
    process.kill(server, 'SIGKILL');
    expect(await closed).toMatchObject({ code: null, signal: 'SIGKILL' });
  });
});
