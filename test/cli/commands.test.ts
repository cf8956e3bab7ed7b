import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../server/core/records.ts';
import { run, untilAborted } from '../support/cli.ts';
import { breakProvider, startControl, testToken } from '../support/control.ts';

const because = ['--reason', 'regional outage'];

/** A control listener, and the environment that leads to it. */
async function startWorld(options: Parameters<typeof startControl>[0] = {}) {
  const control = await startControl(options);
  return { ...control, env: { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken } };
}

describe('circuits', () => {
  it('prints a table with a shape, an age, a countdown and a reason for each provider', async () => {
    await using control = await startWorld();
    breakProvider(control.board, 'deepseek-v3');
    control.clock.advance(12_000);
    const { exitCode, out, err } = await run(['circuits'], { env: control.env });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const [head, broken, healthy] = out.split('\n');
    expect(head).toMatch(/^PROVIDER +STATE +SINCE +UNTIL +IN FLIGHT +CARRIES +WHY$/);
    expect(broken).toMatch(/^deepseek-v3 +■ open +12s +in 4m 48s +0 +– +5 failures in a row$/);
    expect(healthy).toMatch(/^llama-3.3-70b +● closed .* lucy$/);
  });

  it('--json prints what circuits.list says', async () => {
    await using control = await startWorld();
    const { out } = await run(['circuits', '--json'], { env: control.env });
    expect(JSON.parse(out)).toMatchObject({ seq: 0, circuits: [{ provider: 'deepseek-v3' }, {}, {}] });
  });

  it('on a terminal the table is painted over until Ctrl-C, no line wider than the terminal', async () => {
    await using control = await startWorld();
    const leaving = new AbortController();
    let looks = 0;
    const wait = (ms: number, signal: AbortSignal) => {
      if (signal !== leaving.signal) return untilAborted(ms, signal);
      looks += 1;
      if (looks === 1) breakProvider(control.board, 'deepseek-v3');
      else leaving.abort();
      return Promise.resolve();
    };
    const terminal = { isTTY: true, columns: 60, wait, signal: leaving.signal };
    const { exitCode, out } = await run(['circuits'], { ...terminal, env: { ...control.env, NO_COLOR: '1' } });
    expect(exitCode).toBe(0);
    const [first, second] = out.split('\x1b[6A\x1b[J');
    expect(first).toContain('deepseek-v3    ● closed');
    expect(second).toContain('deepseek-v3    ■ open');
    for (const line of `${first}${second}`.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(first?.split('\n')).toHaveLength(7);
  });

  it('a terminal that does not know its width gets the table all the same', async () => {
    await using control = await startWorld();
    const { out } = await run(['circuits', '--once'], { isTTY: true, columns: 0, env: control.env });
    expect(out).toContain('qwen-72b');
  });

  it('a live table goes on when the server is away for a while, and says so', async () => {
    const control = await startWorld();
    const leaving = new AbortController();
    let looks = 0;
    const wait = async (ms: number, signal: AbortSignal) => {
      if (signal !== leaving.signal) return untilAborted(ms, signal);
      looks += 1;
      if (looks === 1) await control.server.close();
      else leaving.abort();
    };
    const { exitCode, out } = await run(['circuits'], { isTTY: true, wait, signal: leaving.signal, env: control.env });
    expect(exitCode).toBe(0);
    expect(out).toContain('No answer: this is how things stood');
  });

  it('--watch into a pipe prints again when a circuit has moved, and only then', async () => {
    await using control = await startWorld();
    const leaving = new AbortController();
    let looks = 0;
    const wait = async (ms: number, signal: AbortSignal) => {
      if (signal !== leaving.signal) return untilAborted(ms, signal);
      looks += 1;
      if (looks === 2) breakProvider(control.board, 'qwen-72b');
      if (looks === 4) leaving.abort();
    };
    const { out } = await run(['circuits', '--watch', '--json'], { wait, signal: leaving.signal, env: control.env });
    const lines = out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([0, 1]);
  });
});

describe('acts', () => {
  it('trip, hold, release and reset say what the circuit is now', async () => {
    await using control = await startWorld();
    const { env } = control;
    const acts: [string[], string][] = [
      [['trip', 'qwen-72b', ...because, '--for', '15m'], 'qwen-72b is tripped for 15m.\n'],
      [['trip', 'qwen-72b', ...because], 'qwen-72b is tripped until it is released.\n'],
      [['release', 'qwen-72b', ...because], 'qwen-72b is closed.\n'],
      [['hold', 'qwen-72b', ...because, '--for', '1h'], 'qwen-72b is held closed for 1h.\n'],
      [['reset', 'qwen-72b', ...because, '--to', 'halfOpen'], 'qwen-72b is half-open.\n'],
      [['reset', 'qwen-72b', ...because], 'qwen-72b is closed.\n'],
      [['probe', 'qwen-72b', ...because], 'qwen-72b answered after 12 ms; its circuit is closed.\n'],
    ];
    for (const [argv, out] of acts) {
      expect(await run(argv, { env })).toEqual({ exitCode: 0, out, err: '' });
      control.clock.advance(5_000);
    }
    expect(control.storage.acts.map(({ audit }) => audit.reason)).toEqual(acts.map(() => 'regional outage'));
  });

  it('--json prints the new entry', async () => {
    await using control = await startWorld();
    const { out } = await run(['trip', 'qwen-72b', ...because, '--json'], { env: control.env });
    expect(JSON.parse(out)).toMatchObject({ provider: 'qwen-72b', state: 'tripped', until: null, durable: true });
  });

  it('an act that is not on disk yet is done, and warns', async () => {
    await using control = await startWorld();
    control.storage.disk = 'broken';
    const { exitCode, err } = await run(['trip', 'qwen-72b', ...because], { env: control.env });
    expect(exitCode).toBe(0);
    expect(err).toContain('not on disk yet');
  });

  it('an old epoch is refused, with 1', async () => {
    await using control = await startWorld();
    const epoch = String(control.board.look('qwen-72b')?.epoch);
    breakProvider(control.board, 'qwen-72b');
    const { exitCode, err, out } = await run(['trip', 'qwen-72b', ...because, '--epoch', epoch], { env: control.env });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toContain('qwen-72b has changed since you looked: it is open now');
  });
});

describe('requests', () => {
  const request: RequestRecord = {
    id: 'R1',
    node: 'a',
    chain: 'lucy',
    client: null,
    stream: true,
    needs: null,
    startedAt: 1_760_000_000_000,
    firstTokenMs: 210,
    durationMs: 1_234.4,
    outcome: 'succeeded',
    status: 200,
    errorCode: null,
    servedBy: 'llama-3.3-70b',
    usage: null,
    costNanoUsd: 123_000,
    costEstimated: true,
    rescued: false,
    attempts: [],
  };
  const attempt = {
    ordinal: 0,
    provider: 'deepseek-v3',
    outcome: 'skipped' as const,
    word: 'open',
    failureKind: 'open',
    status: null,
    circuitState: 'open' as const,
    epoch: 1,
    permit: null,
    until: null,
    waitMs: 0,
    startedAt: 1_760_000_000_000,
    firstTokenMs: null,
    durationMs: 0,
    usage: null,
    costNanoUsd: null,
    costEstimated: false,
    way: null,
    raced: null,
    drill: null,
  };

  it('lists the newest with their trail, and shows one with every attempt', async () => {
    await using control = await startWorld();
    const { env } = control;
    expect((await run(['requests'], { env })).out).toBe('There are no such requests in the record.\n');
    control.storage.requests.push({ ...request, attempts: [attempt] }, { ...request, id: 'R2' });
    const list = await run(['requests', '--limit', '1', '--chain', 'lucy'], { env });
    const columns = 'R1  2025-10-09 08:53:20  lucy   succeeded  1234  ≈$0.000123  deepseek-v3=open';
    expect(list.out.split('\n')).toEqual([expect.stringContaining('BEGAN (UTC)'), columns, 'More: --before more', '']);
    const one = await run(['requests', 'R1'], { env });
    expect(one.out).toContain('R1: succeeded with 200 after 1234 ms\n');
    expect(one.out).toMatch(/0 +deepseek-v3 +open +skipped +open +0 +– +0 +–/);
    expect(JSON.parse((await run(['requests', 'R1', '--json'], { env })).out)).toMatchObject({ id: 'R1' });
  });

  it('one that is not there is refused, with 1', async () => {
    await using control = await startWorld();
    const { exitCode, err } = await run(['requests', 'R9'], { env: control.env });
    expect(exitCode).toBe(1);
    expect(err).toContain('There is no request "R9" in the record');
  });
});

describe('what cannot be reached', () => {
  it('a wrong token is refused, with 1 and a sentence', async () => {
    await using control = await startWorld();
    const { exitCode, err } = await run(['circuits', '--token', 'wrong'], { env: control.env });
    expect(exitCode).toBe(1);
    expect(err).toContain('RECLOSER_TOKEN');
  });

  it('where nothing listens, it asks whether Recloser is running', async () => {
    const control = await startWorld();
    await control.server.close();
    const { exitCode, err } = await run(['trip', 'qwen-72b', ...because], { env: control.env });
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `Nothing answers at ${control.url}. Is Recloser running? Start it with "npm start", or say where it is with --url or RECLOSER_URL.\n`,
    );
  });

  it('where something else listens, it says so', async () => {
    const other = createServer((_request, response) => void response.writeHead(404).end('<html>no</html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, err } = await run(['circuits', '--url', `http://127.0.0.1:${port}/some/page`]);
    other.close();
    expect(exitCode).toBe(1);
    expect(err).toContain('is not the control listener of Recloser');
  });

  it('a server that never answers is given up', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const asked = new Promise<void>((resolve) => silent.once('request', () => resolve()));
    const { exitCode, err } = await run(['circuits', '--url', `http://127.0.0.1:${port}`], { wait: () => asked });
    silent.closeAllConnections();
    silent.close();
    expect(exitCode).toBe(1);
    expect(err).toContain('did not answer within 30 s');
  });
});
