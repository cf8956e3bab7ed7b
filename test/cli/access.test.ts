import { describe, expect, it } from 'vitest';
import { goodPassword, post } from '../support/access.ts';
import { run } from '../support/cli.ts';
import { startControl, testToken } from '../support/control.ts';

async function startWorld() {
  const control = await startControl();
  return { ...control, env: { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken } };
}

describe('token', () => {
  it('create prints nothing but the secret on stdout; it works until it is revoked', async () => {
    await using control = await startWorld();
    const made = await run(['token', 'create', 'ci', '--role', 'viewer', '--expires', '90d'], { env: control.env });
    expect(made).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^rcl_[\w-]{43}\n$/) });
    const env = { ...control.env, RECLOSER_TOKEN: made.out.trim() };
    expect((await run(['circuits', '--once'], { env })).exitCode).toBe(0);
    const tripped = await run(['trip', 'qwen-72b', '--reason', 'a look'], { env });
    expect(tripped).toMatchObject({ exitCode: 1, err: expect.stringContaining('takes the role operator') });
    const { out } = await run(['token', 'list'], { env: control.env });
    expect(out).toMatch(/^ci +good +viewer +all .*token:admin/m);
    expect(out).not.toContain(made.out.trim());
    expect((await run(['token', 'revoke', 'ci'], { env: control.env })).out).toBe('ci is revoked.\n');
    expect((await run(['circuits', '--once'], { env })).exitCode).toBe(1);
  });

  it.each([
    ['token', 'create', 'ci'],
    ['token', 'create', 'ci', '--role', 'root'],
    ['token', 'create', 'ci', '--role', 'viewer', '--expires', 'soon'],
    ['token', 'create', 'ci', '--role', 'viewer', '--scope', 'all'],
    ['token', 'revoke'],
    ['token', 'unknown'],
    ['person', 'add', 'x y', '--role', 'viewer'],
    ['person', 'change', 'ada', '--disable', '--enable'],
  ])('%s %s %s … is wrong use', async (...argv) => {
    await using control = await startWorld();
    const { exitCode, err } = await run(argv, { env: control.env });
    expect([exitCode, err.trim() === '']).toEqual([2, false]);
  });
});

describe('person', () => {
  it('add prints a link by which they set a password; change shuts them out', async () => {
    await using control = await startWorld();
    const { out } = await run(['person', 'add', 'ada', '--role', 'admin'], { env: control.env });
    const code = new URL(out.split('\n')[0] ?? '').searchParams.get('code');
    expect((await post(control, '/join', { code, password: goodPassword })).status).toBe(204);
    expect((await run(['person', 'list'], { env: control.env })).out).toMatch(/^ada +admin +password /m);
    const last = await run(['person', 'change', 'ada', '--disable'], { env: control.env });
    expect(last).toMatchObject({ exitCode: 1, err: expect.stringContaining('last admin') });
    await run(['person', 'add', 'bob', '--role', 'admin'], { env: control.env });
    const changed = await run(['person', 'change', 'ada', '--role', 'viewer', '--json'], { env: control.env });
    expect(JSON.parse(changed.out)).toMatchObject({ durable: true, person: { name: 'ada', role: 'viewer' } });
  });
});
