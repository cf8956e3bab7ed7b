import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StartOptions } from '../../server/cli.ts';
import { run } from '../support/cli.ts';
import { startControl, testToken } from '../support/control.ts';

describe('wrong use is 2 and changes nothing', () => {
  it.each([
    [[], 'Usage'],
    [['nonsense'], "unknown command 'nonsense'"],
    [['circuits', '--nonsense'], "unknown option '--nonsense'"],
    [['trip', '--reason', 'x'], "missing required argument 'provider'"],
    [['trip', 'qwen-72b'], "required option '--reason <text>' not specified"],
    [['trip', 'qwen-72b', '--reason', ' '], 'Say why'],
    [['trip', 'qwen-72b', '--reason', 'x', '--for', '15'], 'with a unit, as in 15m'],
    [['trip', 'qwen-72b', '--reason', 'x', '--epoch', '-1'], 'whole number'],
    [['trip', 'qwen-72b', '--reason', 'x', '--for', '8d'], 'from 1s to 7d'],
    [['hold', 'qwen-72b', '--reason', 'x'], "required option '--for <duration>' not specified"],
    [['reset', 'qwen-72b', '--reason', 'x', '--to', 'open'], 'Allowed choices are closed, halfOpen'],
    [['requests', '--limit', '501'], 'limit'],
    [['requests', '--outcome', 'odd'], 'Allowed choices'],
    [['circuits', '--url', 'nonsense'], 'is no address'],
    [['circuits', '--url', 'file:///etc'], 'is no address'],
    [['check'], 'Say which file'],
  ])('%j', async (argv, sentence) => {
    await using control = await startControl();
    const env = { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken };
    const { exitCode, err } = await run(argv, { env });
    expect(err).toContain(sentence);
    expect(exitCode).toBe(2);
    expect(control.board.lastSeq).toBe(0);
  });

  it.each([['--help'], ['--version'], ['trip', '--help']])('%s %s is no wrong use', async (...argv) => {
    const { exitCode, out, err } = await run(argv);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).not.toBe('');
  });
});

describe('start and demo', () => {
  async function started(argv: string[], exitCode = 0) {
    const asked: StartOptions[] = [];
    const ran = await run(argv, {
      start: async (options) => {
        asked.push(options);
        return exitCode;
      },
    });
    return { asked, ran };
  }

  it('start hands its config and flags on', async () => {
    const argv = ['start', '--config', 'r.yaml', '--gateway-port', '5000', '--control-host', '::1', '--node', 'b'];
    const { asked } = await started(argv);
    const flags = { gatewayPort: '5000', controlHost: '::1', node: 'b' };
    expect(asked).toEqual([{ config: 'r.yaml', demo: false, flags }]);
  });

  it('start without a config is the demo, and so is demo', async () => {
    for (const verb of ['start', 'demo']) {
      expect((await started([verb])).asked).toEqual([{ config: null, demo: true, flags: {} }]);
    }
  });

  it('the exit code is that of what was started', async () => {
    expect((await started(['start'], 2)).ran.exitCode).toBe(2);
  });
});

describe('check', () => {
  const good = `
providers:
  a: { baseUrl: http://127.0.0.1:1/v1, model: m, apiKey: "\${KEY}" }
chains:
  lucy: { providers: [a] }
`;

  async function check(text: string, ...options: string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'recloser-check-'));
    const file = join(folder, 'recloser.yaml');
    await writeFile(file, text);
    const ran = await run(['check', file, ...options], { env: { KEY: 'sk-secret-of-ours' } });
    await rm(folder, { recursive: true });
    return ran;
  }

  it('a good config is 0, and its settings are shown without the key', async () => {
    const { exitCode, out } = await check(good, '--show');
    expect(exitCode).toBe(0);
    expect(out).toContain('is good: 1 provider, 1 chain.');
    expect(out).not.toContain('sk-secret');
    expect((await check(good, '--json')).out).not.toContain('sk-secret');
    expect(JSON.parse((await check(good, '--json')).out)).toMatchObject({ ok: true });
  });

  it('a bad one is 2 with every problem and its line', async () => {
    const bad = good.replace('model: m', 'modle: m').replace('[a]', '[b]');
    const { exitCode, err } = await check(bad);
    expect(exitCode).toBe(2);
    expect(err).toContain('recloser.yaml:3:');
    expect(err).toContain('recloser.yaml:5:');
    const json = await check(bad, '--json');
    expect(json.exitCode).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false });
  });

  it('a file that is not there is 2', async () => {
    const { exitCode, err } = await run(['check', join(tmpdir(), 'no-such-recloser.yaml')]);
    expect(exitCode).toBe(2);
    expect(err).toContain('there is no such file');
  });

  it('--schema prints the JSON Schema', async () => {
    const { exitCode, out } = await run(['check', '--schema']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ type: 'object', properties: { providers: {}, chains: {} } });
  });
});
