import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replay } from '../../server/circuits/replay.ts';
import { request } from '../db/support/records.ts';
import { run } from '../support/cli.ts';
import { startControl, testToken } from '../support/control.ts';
import { recordOf } from '../support/outages.ts';

const traceFile = new URL('../circuits/traces/hard-outage.json', import.meta.url).pathname;

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'recloser-trace-'));

  file(name: string, text?: string): string {
    const path = join(this.path, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** A control plane with 16 minutes of an outage on record, that is just over. */
async function startAfterOutage() {
  const control = await startControl();
  const { from, to, attempts, events } = recordOf('hard outage');
  const requests = attempts.map(({ id, ...row }) => {
    const [whole] = request('r').attempts;
    if (!whole) throw new Error('no attempt');
    return request(id.replace('/0', ''), { startedAt: row.startedAt, attempts: [{ ...whole, ...row }] });
  });
  control.storage.requests.push(...requests);
  control.storage.events.push(...events);
  control.clock.advance(to - control.clock.wall());
  return { ...control, from, env: { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken } };
}

test('export-outage writes what replay reads, and the replay says what would have been', async () => {
  await using control = await startAfterOutage();
  using folder = new Folder();
  const { env } = control;
  const output = folder.file('outage.json');
  const asked = ['export-outage', '--provider', 'deepseek-v3', '--from', '16m'];
  const exported = await run([...asked, '--output', output], { env });
  expect(exported).toMatchObject({ exitCode: 0, err: '' });
  expect(exported.out).toMatch(/^\d+ steps are in .*outage\.json\.\n$/);
  const { steps } = JSON.parse(readFileSync(output, 'utf8'));
  expect(steps).toEqual(JSON.parse(readFileSync(traceFile, 'utf8')).steps);

  const since = new Date(control.from).toISOString();
  const until = new Date(control.clock.wall()).toISOString().replace('Z', '');
  const toTerminal = await run([...asked.slice(0, 3), '--from', since, '--to', until], { env });
  expect(toTerminal.out).toBe(readFileSync(output, 'utf8'));

  const again = await run([...asked, '--output', output], { env });
  expect([again.exitCode, again.err]).toEqual([1, `${output}: it exists already: give another name, or remove it.\n`]);

  const argv = ['replay', output, '--with', 'failures=2', '--with', 'timeouts=1'];
  const replayed = await run(argv, { replay });
  expect(replayed.exitCode).toBe(0);
  expect(replayed.out).toContain('with failures=2 timeouts=1: opened 7.8 s sooner, 3 fewer callers waited');
  const data = JSON.parse((await run([...argv, '--json'], { replay })).out);
  expect(data).toMatchObject({ other: { settings: { failures: 2, timeouts: 1, openMs: 300_000 } }, calls: 171 });
});

test.each([
  [['--provider', 'nobody', '--from', '16m'], 1, 'There is no provider "nobody"'],
  [['--provider', 'deepseek-v3', '--from', 'yesterday'], 2, '--from "yesterday" is no time'],
  [['--provider', 'deepseek-v3', '--from', '2026-13-41'], 2, 'is no time'],
  [['--provider', 'deepseek-v3', '--from', '1m', '--to', '2m'], 2, '`from` has to be before `to`'],
  [['--provider', 'deepseek-v3', '--from', '40d'], 2, 'more than 31 days'],
  [['--provider', 'deepseek-v3', '--from', '10m'], 2, 'its circuit was open: begin while it was still closed, before'],
  [['--provider', 'qwen-72b', '--from', '10m'], 1, 'There is nothing of qwen-72b in the record'],
  [['--from', '10m'], 2, '--provider'],
])('export-outage %j is refused: %i, %s', async (argv, exitCode, sentence) => {
  await using control = await startAfterOutage();
  const refused = await run(['export-outage', ...argv], { env: control.env });
  expect(refused.exitCode).toBe(exitCode);
  expect(refused.err).toContain(sentence);
});

test.each([
  [['failures'], '--with "failures": give a key and a value, as in failures=3'],
  [['failures=many'], '--with failures: expected a whole number from 1'],
  [['fialures=3'], '--with fialures: is no breaker setting: expected one of failures, timeouts'],
  [['open=2'], '--with open: expected a duration'],
  [['open=10m', 'openMax=5m'], '--with openMax: is shorter than open'],
  [['probe=ping'], '--with probe: changes nothing in a replay'],
  [['failures=3', 'failures=4'], '--with failures: was given twice'],
])('replay --with %j is refused', async (pairs, sentence) => {
  const refused = await run(['replay', traceFile, ...pairs.flatMap((pair) => ['--with', pair])], { replay });
  expect(refused.exitCode).toBe(2);
  expect(refused.err).toContain(sentence);
});

test('a file that is no trace, or not there, is refused by its name', async () => {
  using folder = new Folder();
  const config = folder.file('recloser.yaml', 'providers: {}');
  expect(await run(['replay', config], { replay })).toMatchObject({
    exitCode: 2,
    err: `${config} is not JSON, or not whole: write it anew with export-outage\n`,
  });
  const missing = folder.file('missing.json');
  expect(existsSync(missing)).toBe(false);
  const refused = await run(['replay', missing], { replay });
  expect([refused.exitCode, refused.err]).toEqual([
    2,
    `${missing}: there is no such file. Traces are written by export-outage.\n`,
  ]);
});
