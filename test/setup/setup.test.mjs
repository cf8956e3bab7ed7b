import { existsSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeCheckout, node, run } from './checkout.mjs';

/** What `npm start` does before it starts. */

/** The real compiler runs several times in a test; a busy machine takes a while over it. */
const timeout = 90_000;

describe('the build', { timeout }, () => {
  it('is made once, and again when a source changes', async () => {
    const checkout = makeCheckout();
    const first = await run(checkout, node('build')).closed;
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toContain('Built the server in');
    expect(existsSync(checkout.path('dist/server/main.js'))).toBe(true);
    expect(existsSync(checkout.path('dist/migrations/0000.sql'))).toBe(true);

    const second = await run(checkout, node('build')).closed;
    expect(second.stderr).toBe('Built: dist/ is up to date.\n');

    checkout.write('server/main.ts', "console.log('changed');");
    await run(checkout, node('build')).closed;
    expect(checkout.read('dist/server/main.js')).toContain('changed');
  });

  it('that fails leaves the one before as it was, and says what is wrong', async () => {
    const checkout = makeCheckout();
    await run(checkout, node('build')).closed;
    const before = checkout.read('dist/server/main.js');
    checkout.write('server/main.ts', 'const = ;');
    const { code, stderr } = await run(checkout, node('build')).closed;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Building the server failed:\nserver\/main\.ts\(1,7\)/);
    expect(checkout.read('dist/server/main.js')).toBe(before);
  });

  it('forgets files whose source is gone', async () => {
    const checkout = makeCheckout();
    checkout.write('db/migrations/0001.sql', 'select 2;');
    await run(checkout, node('build')).closed;
    expect(existsSync(checkout.path('dist/migrations/0001.sql'))).toBe(true);
    rmSync(checkout.path('db/migrations/0001.sql'));
    await run(checkout, node('build')).closed;
    expect(existsSync(checkout.path('dist/migrations/0001.sql'))).toBe(false);
  });

  it('is made once by two starts at the same moment', async () => {
    const checkout = makeCheckout();
    const runs = await Promise.all([run(checkout, node('build')).closed, run(checkout, node('build')).closed]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(
      runs
        .map(({ stderr }) => stderr)
        .join('')
        .match(/Built the server in/g),
    ).toHaveLength(1);
    expect(existsSync(checkout.path('.setup.lock'))).toBe(false);
  });

  it('is not held up by the lock of a run that was killed', async () => {
    const checkout = makeCheckout();
    const dead = run(checkout, [process.execPath, '-e', '']);
    await dead.closed;
    const { hostname } = await import('node:os');
    checkout.write('.setup.lock', JSON.stringify({ pid: dead.child.pid, host: hostname(), at: 0 }));
    expect(await run(checkout, node('build')).closed).toMatchObject({ code: 0 });
    expect(existsSync(checkout.path('.setup.lock'))).toBe(false);
  });
});

describe('the installation', { timeout }, () => {
  it('is asked for when the lockfile wants what is not there, and npm’s refusal ends the run', async () => {
    const checkout = makeCheckout();
    checkout.write(
      'package-lock.json',
      JSON.stringify({ packages: { '': {}, 'node_modules/absent': { version: '1.0.0' } } }),
    );
    checkout.write(
      'fake/npm-cli.js',
      "console.error('npm was told to', process.argv.slice(2).join(' ')); process.exit(3);",
    );
    const env = { npm_execpath: checkout.path('fake/npm-cli.js'), NODE_ENV: 'production' };
    const { code, stderr } = await run(checkout, node('build'), { env }).closed;
    expect(code).toBe(1);
    expect(stderr).toContain('Installing the dependencies, since package-lock.json or Node.js has changed.');
    expect(stderr).toContain('npm was told to ci --include=dev');
    expect(stderr).toContain('npm ci failed (exit code 3)');
  });

  it('is left alone where a platform’s own part is missing', async () => {
    const checkout = makeCheckout();
    const elsewhere = { version: '1.0.0', optional: true };
    checkout.write('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/elsewhere': elsewhere } }));
    expect(await run(checkout, node('build')).closed).toMatchObject({ code: 0 });
  });

  it('builds SQLite where it does not load, and says what is missing where that fails', async () => {
    const checkout = makeCheckout();
    checkout.write('node_modules/better-sqlite3/index.js', "throw new Error('no binary for this Node');");
    checkout.write('fake/npm-cli.js', "console.error('npm was told to', process.argv.slice(2).join(' '));");
    const env = { npm_execpath: checkout.path('fake/npm-cli.js') };
    const { code, stderr } = await run(checkout, node('build'), { env }).closed;
    expect(code).toBe(1);
    expect(stderr).toContain('npm was told to rebuild better-sqlite3');
    expect(stderr).toMatch(/does not load: .*no binary for this Node\nInstall a C\+\+ compiler/);
  });
});

describe('a wrong use', () => {
  it('an old Node is told so in a sentence', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })";
    const old = [process.execPath, '--import', `data:text/javascript,${older}`, 'server/setup/run.mjs', 'start'];
    const { code, stderr } = await run(makeCheckout(), old).closed;
    expect(code).toBe(2);
    expect(stderr).toContain('Recloser needs Node.js 20.19.0 or newer; this is 20.18.3.');
  });

  it('an unknown verb is answered with the known ones', async () => {
    const { code, stderr } = await run(makeCheckout(), node('toString')).closed;
    expect(code).toBe(2);
    expect(stderr).toContain('Use one of: start,');
  });
});
