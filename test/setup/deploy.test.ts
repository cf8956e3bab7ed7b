import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { StartOptions } from '../../server/cli.ts';
import { run } from '../support/cli.ts';
import { startControl } from '../support/control.ts';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(`server/deploy/${name}`, root), 'utf8');
const dockerfile = read('Dockerfile');
const entry = /^\/?.*dist\/server\/recloser\.cjs$/;

/** What the real command line makes of the arguments behind `node dist/server/recloser.cjs`. */
async function startedWith(args: string[]): Promise<StartOptions | undefined> {
  let started: StartOptions | undefined;
  const start = async (options: StartOptions) => {
    started = options;
    return 0;
  };
  expect(await run(args, { start })).toMatchObject({ exitCode: 0, err: '' });
  return started;
}

function lastOf(instruction: string): string[] {
  const line =
    dockerfile
      .split('\n')
      .filter((each) => each.startsWith(`${instruction} [`))
      .at(-1) ?? '';
  return JSON.parse(line.slice(instruction.length)) as string[];
}

const config = '/etc/recloser/recloser.yaml';

test('the image runs node itself, as nobody special, with a health check, on a command line that there is', async () => {
  const [stage, last] = dockerfile.split(/^FROM .*$/m).slice(1);
  expect(stage).toContain('npm ci --include=dev');
  expect(last).toMatch(/^USER node$/m);
  expect(last).toMatch(/^HEALTHCHECK /m);
  expect(last).not.toMatch(/\bnp[mx]\b/);
  const [node, main] = lastOf('ENTRYPOINT');
  expect([node, main]).toEqual(['node', expect.stringMatching(entry)]);
  expect(await startedWith(lastOf('CMD'))).toMatchObject({ config, demo: false });
  const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { bin: { recloser: string } };
  expect(main).toBe(bin.recloser);
});

test('its health check asks the port that the control plane was given, and fails where nothing answers', async () => {
  const [, command = ''] = /^ {2}CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, ...args] = JSON.parse(command) as string[];
  const exitCode = (port: number) =>
    new Promise((resolve) => {
      const env = { ...process.env, RECLOSER_CONTROL_PORT: String(port) };
      execFile(process.execPath, args, { env }).once('exit', resolve);
    });
  const control = await startControl();
  expect(await exitCode(control.port)).toBe(0);
  await control.server.close();
  expect(await exitCode(control.port)).toBe(1);
});

test('the compose file builds it from paths that exist, with a root that nobody writes', () => {
  const { services, volumes, secrets } = parse(read('compose.yaml')) as {
    services: {
      recloser: Record<string, unknown> & {
        build: { context: string; dockerfile: string };
        volumes: string[];
        environment: Record<string, string>;
        secrets: string[];
      };
    };
    volumes: object;
    secrets: object;
  };
  const { build, ...service } = services.recloser;
  const context = new URL(`server/deploy/${build.context}/`, root);
  expect(existsSync(new URL(build.dockerfile, context))).toBe(true);
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true, ulimits: { core: 0 } });
  // A file that is mounted by itself would stay the one that an editor has replaced: a reload would not see the new one.
  expect(service.volumes).toEqual([`./config:${dirname(config)}:ro`, 'record:/var/lib/recloser']);
  const files = Object.entries(service.environment).filter(([name]) => name.endsWith('_FILE'));
  expect(files.map(([, path]) => path)).toEqual(service.secrets.map((name) => `/run/secrets/${name}`));
  expect(Object.keys(secrets)).toEqual(service.secrets);
  // Circuits are found by it after the container was made anew.
  expect(service.hostname).toBe('recloser');
  expect(Object.keys(volumes)).toEqual(['record']);
});

test('the unit runs node itself, hardened, on a command line that there is, and waits for streams at its end', async () => {
  const unit = read('recloser.service');
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const [node, main, ...args] = command.split(' ');
  expect([node, main]).toEqual(['/usr/bin/node', expect.stringMatching(entry)]);
  expect(await startedWith(args)).toMatchObject({ config, demo: false });
  for (const line of [
    'Type=notify',
    'DynamicUser=yes',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=setpriority',
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'LimitCORE=0',
    'KillSignal=SIGTERM',
    'RestartPreventExitStatus=2',
  ]) {
    expect(unit.split('\n')).toContain(line);
  }
  // The engine compiles code at run time, which that would forbid.
  expect(unit).not.toContain('MemoryDenyWriteExecute');
});
