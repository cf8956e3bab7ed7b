import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../db/storage.ts';
import { TestDatabase } from '../db/support/database.ts';
import { cookieOf, post } from '../support/access.ts';
import { run } from '../support/cli.ts';
import { call, startControl, testToken } from '../support/control.ts';
import { keptStory } from '../support/incidentStory.ts';

type Control = Awaited<ReturnType<typeof startWorld>>;

async function startWorld(options: Parameters<typeof startControl>[0] = {}) {
  const control = await startControl(options);
  return { ...control, env: { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken } };
}

const database = new TestDatabase();
let storage: Storage;
beforeAll(async () => {
  storage = await database.open();
});
afterAll(() => database[Symbol.asyncDispose]());

const because = ['--reason', 'regional outage'];

/** Each command prints the sentence, and with `--json` what its procedure answers. */
const looks: [string[], RegExp, string, object | undefined][] = [
  [['providers'], /^deepseek-v3 +tripped .* deepseek-v3$/m, '', undefined],
  [['providers', 'qwen-72b'], /^qwen-72b \(qwen-72b\) is closed\.$/m, 'providers.get', { provider: 'qwen-72b' }],
  [['events'], /deepseek-v3 +closed +tripped +token:admin/, 'events.list', { limit: 20 }],
  [['preview', 'qwen-72b'], /./, 'circuits.preview', { provider: 'qwen-72b' }],
  [['savings'], /attempts avoided, .* of waiting spared\.\nNet, money only/, '', undefined],
  [['share', 'list'], /^deepseek-v3 +timeout +/m, 'savings.shares', undefined],
  [['audit'], /token:admin +circuits\.trip +deepseek-v3 +done +regional outage/, 'audit.list', { limit: 20 }],
  [['config', 'show'], /The demo has no file|demo has no file/, 'config.inForce', undefined],
  [['config', 'state'], /no config file: this is the demo/, 'config.get', undefined],
  [['session', 'list'], /^token:admin +token +127\.0\.0\.1/m, 'access.sessions', undefined],
  [['record'], /^requests +14d/m, 'record.kept', undefined],
];

describe('commands that look', () => {
  it('print sentences and tables, and with --json what the dashboard is told', async () => {
    await using control = await startWorld({ storage });
    await post(control, '/sign-in', { token: testToken });
    await run(['trip', 'deepseek-v3', ...because], { env: control.env });
    for (const [argv, shown, path, input] of looks) {
      const said = await run(argv, { env: control.env });
      expect([argv, said.exitCode, said.err]).toEqual([argv, 0, '']);
      expect(said.out).toMatch(shown);
      const data = JSON.parse((await run([...argv, '--json'], { env: control.env })).out);
      if (path === '') continue;
      expect(data).toEqual((await call(control, path, input ? { input } : {})).body.result?.data);
    }
  });

  it('the audit is filtered, and one act opens with what it changed', async () => {
    await using control = await startWorld({ storage });
    await run(['trip', 'deepseek-v3', ...because], { env: control.env });
    await run(['reset', 'qwen-72b', ...because], { env: control.env });
    const audit = async (...argv: string[]) => run(['audit', ...argv], { env: control.env });
    expect((await audit('--on', 'qwen-72b')).out).not.toContain('circuits.trip');
    expect((await audit('--what', 'circuits.trip')).out).not.toContain('circuits.reset');
    expect((await audit('--outcome', 'refused')).out).toBe('There is no such act in the audit.\n');
    const rows = JSON.parse((await audit('--what', 'circuits.trip', '--json')).out).rows;
    const { out } = await audit(rows[0].id);
    expect(out).toMatch(/^after {5}\{.*"state":"tripped"/m);
    expect(await audit('nothing')).toMatchObject({ exitCode: 1, err: expect.stringContaining('no act "nothing"') });
    expect(await audit('--from', 'yesterday')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('is no time'),
    });
  });
});

describe('commands that act', () => {
  it('do not read a config again where there is none: that is no wrong use', async () => {
    await using control = await startWorld();
    const err =
      'There is no config file to read again: this is the demo. Start Recloser with --config FILE to have one.\n';
    expect(await run(['config', 'reload'], { env: control.env })).toEqual({ exitCode: 1, out: '', err });
  });

  it('write notes and stars on an incident', async () => {
    await using control = await startWorld();
    const story = keptStory(control.clock.wall());
    control.storage.incidents.push(story);
    const noted = await run(['incident', '1', '--note', 'vendor confirmed'], { env: control.env });
    expect(noted).toEqual({ exitCode: 0, out: 'The note is on incident 1, with your name and the time.\n', err: '' });
    const report = JSON.parse((await run(['incident', '1', '--json'], { env: control.env })).out);
    const row = report.timeline[0].id;
    expect((await run(['incident', '1', '--star', row], { env: control.env })).out).toBe(
      `Row ${row} has a star now.\n`,
    );
    expect((await run(['incident', '1', '--unstar', row], { env: control.env })).exitCode).toBe(0);
    const acts = control.storage.acts.map(({ audit }) => audit.what);
    expect(acts).toEqual(['incidents.annotate', 'incidents.star', 'incidents.unstar']);
    const wrong: [string[], number, string][] = [
      [['--star', 'nothing'], 1, 'has no row "nothing"'],
      [['--note', ' '], 2, 'a note is a text'],
      [['--at', '5m'], 2, 'give --note too'],
      [['--note', 'x', '--csv'], 2, 'cannot be used with'],
    ];
    for (const [argv, exitCode, err] of wrong)
      expect(await run(['incident', '1', ...argv], { env: control.env })).toMatchObject({
        exitCode,
        err: expect.stringContaining(err),
      });
  });

  it('correct what is billed, and take it back', async () => {
    await using control = await startWorld({ storage });
    const aim = ['deepseek-v3', 'timeout', ...because];
    const bill = ['--prompt-share', '1', '--output-share', 'unknown', '--source', 'a bill', '--dated', '2026-11-25'];
    const set = await run(['share', 'set', ...aim, ...bill], { env: control.env });
    expect(set.err).toBe('');
    expect(set.out).toContain('100 % of the prompt and ? of the answer count as billed now.');
    expect((await run(['share', 'list'], { env: control.env })).out).toMatch(/timeout +100 % +\? +token:admin +a bill/);
    expect((await run(['share', 'drop', ...aim], { env: control.env })).exitCode).toBe(0);
    expect((await run(['share', 'drop', ...aim], { env: control.env })).exitCode).toBe(1);
    const over = [...bill.slice(0, 1), '1.5', ...bill.slice(2)];
    expect((await run(['share', 'set', ...aim, ...over], { env: control.env })).exitCode).toBe(2);
  });

  it('end one session, those of somebody, or all', async () => {
    await using control = await startWorld();
    const signIn = async () => cookieOf(await post(control, '/sign-in', { token: testToken }));
    const cookies = [await signIn(), await signIn(), await signIn()];
    const sessions = async (): Promise<{ id: string }[]> =>
      JSON.parse((await run(['session', 'list', '--json'], { env: control.env })).out);
    const end = (...argv: string[]) => run(['session', 'end', ...argv], { env: control.env });
    expect((await end((await sessions())[0]?.id ?? '')).exitCode).toBe(0);
    expect(await sessions()).toHaveLength(2);
    expect(await end('--of', 'token:adm')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('"token:admin"?'),
    });
    expect((await end('--of', 'token:admin')).out).toBe('2 sessions of token:admin ended.\n');
    await signIn();
    expect((await end('--all')).out).toBe('1 session ended.\n');
    expect((await end('--all')).out).toBe('0 sessions ended.\n');
    for (const cookie of cookies)
      expect((await call(control, 'circuits.list', { headers: { cookie } })).status).toBe(401);
    expect(control.audit.filter(({ what }) => what === 'session.endAll').map(({ subject }) => subject)).toEqual([
      'token:admin',
      'everybody',
      'everybody',
    ]);
    for (const argv of [[], ['x', '--all'], ['--of', 'x', '--all']]) expect((await end(...argv)).exitCode).toBe(2);
  });
});

describe('config show', () => {
  const example = ['config', 'show', '--config', 'recloser.example.yaml'];
  const keys = { DEEPSEEK_API_KEY: 'sk-secret-1', GROQ_API_KEY: 'sk-secret-2', DASHSCOPE_API_KEY: 'sk-secret-3' };

  it('says of every setting where it came from, and no secret', async () => {
    const env = { ...keys, RECLOSER_TOKEN: 'sk-secret-4', RECLOSER_ENVIRONMENT: 'staging' };
    const { exitCode, out, err } = await run([...example, '--control-port', '8401'], { env });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).not.toContain('sk-secret');
    const lines: [string, string, string][] = [
      ['control.port', '8401', 'flag: --control-port'],
      ['environment', 'staging', 'environment: RECLOSER_ENVIRONMENT'],
      ['providers.deepseek-v3.apiKey', '\\(hidden\\)', 'environment: DEEPSEEK_API_KEY'],
      ['providers.deepseek-v3.model', 'deepseek-chat', 'provider: line \\d+'],
    ];
    for (const [key, value, from] of lines) expect(out).toMatch(new RegExp(`^${key} +${value} +${from}$`, 'm'));
    const some = await run([...example, '--key', 'gateway', '--json'], { env });
    expect(JSON.parse(some.out).map(({ key }: { key: string }) => key)).toEqual([
      ...['gateway.host', 'gateway.port', 'gateway.hosts', 'gateway.trustProxy'],
    ]);
  });

  it('a file that would be refused is 2 with its problems', async () => {
    const { exitCode, err } = await run(example, { env: {} });
    expect(exitCode).toBe(2);
    expect(err).toContain('DEEPSEEK_API_KEY');
  });
});

it('a name that nobody has is refused with the one that was most likely meant', async () => {
  await using control: Control = await startWorld();
  const cases: [string[], string][] = [
    [['trip', 'deepsek-v3', ...because], 'no provider "deepsek-v3"; did you mean "deepseek-v3"?'],
    [['providers', 'qwen'], 'There are: deepseek-v3, llama-3.3-70b, qwen-72b.'],
    [['token', 'revoke', 'x'], 'no token "x". There is none yet.'],
    [['audits'], 'Did you mean audit?'],
  ];
  for (const [argv, sentence] of cases) expect((await run(argv, { env: control.env })).err).toContain(sentence);
});
