import { expect, test } from 'vitest';
import { folder, type Program, startProgram, until, writeConfig } from '../support/program.ts';
import { rawCall } from '../support/rawCall.ts';
import { event, openStream, type Script, startUpstream, streamOf, text } from '../support/upstream.ts';

/** One word, and then nothing until the test says more. */
const begins: Script = (response) => {
  openStream(response);
  response.write(event(text('begun ')));
};

const ask = (program: Program, body: object = {}, only = 'first') =>
  rawCall({
    url: `${program.gatewayUrl}/v1/chat/completions`,
    headers: { 'content-type': 'application/json', 'x-recloser-only': only },
    body: { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'go on' }], ...body },
  });

const ready = async (program: Program) => (await fetch(`${program.gatewayUrl}/readyz`)).status;

async function startOn(more: string) {
  const upstreams = { first: await startUpstream(begins), second: await startUpstream(begins) };
  const simulator = { url: (name: string) => (name === 'first' ? upstreams.first.url : upstreams.second.url) };
  const config = await writeConfig(await folder(), { simulator, chain: ['first', 'second'], more });
  return { ...upstreams, config, program: await startProgram(config) };
}

test('told to stop under 200 open streams, each ends whole or in an error event; it ends with 0, and the record has all', async () => {
  const { first, config, program } = await startOn('shutdown: { grace: 3s }');
  const streams = Array.from({ length: 200 }, (_, at) => ask(program, {}, at % 2 === 0 ? 'first' : 'second'));
  await Promise.all(streams.map((stream) => stream.until(({ text: got }) => got.includes('begun'))));
  const ending = program.end('SIGTERM');
  await until(async () => (await ready(program)) === 503);
  const late = ask(program);
  await late.until(({ whole }) => whole);
  expect([late.status, late.text]).toEqual([503, expect.stringContaining('"code":"draining"')]);
  // Those of the first provider can end by themselves, those of the second never will.
  for (const { response } of first.calls) response.end(streamOf('and ended'));
  expect(await ending).toBe(0);
  await Promise.all(streams.map((stream) => stream.closed));
  const ends = streams.map(({ text: got, whole }) => {
    if (!whole) return `cut: ${got}`;
    if (got.endsWith('data: [DONE]\n\n')) return got.includes('"code":') ? `both: ${got}` : 'whole';
    return got.includes('"code":"draining"') ? 'told' : `neither: ${got}`;
  });
  expect(ends.filter((end) => end !== 'whole' && end !== 'told')).toEqual([]);
  expect(ends.filter((end, at) => at % 2 === 1 && end === 'whole')).toEqual([]);
  const ended = ends.filter((end) => end === 'whole').length;
  expect(ended).toBeGreaterThan(0);
  const again = await startProgram(config);
  const { rows } = await again.control.requests.list.query({ limit: 500 });
  expect(rows.map(({ id }) => id).sort()).toEqual(
    streams.map(({ headers }) => headers['x-recloser-request-id']).sort(),
  );
  expect(rows.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(ended);
});

test('a second signal ends it at once, with a code of its own', async () => {
  const { program } = await startOn('shutdown: { grace: 10m }');
  const stream = ask(program);
  await stream.until(({ text: got }) => got.includes('begun'));
  const ending = program.end('SIGTERM');
  await until(async () => (await ready(program)) === 503);
  // Two within a moment are the same wish.
  await until(() => {
    program.process.kill('SIGTERM');
    return program.process.exitCode !== null;
  });
  expect(await ending).toBe(130);
  await stream.closed;
  expect(stream.whole).toBe(false);
});
