import { expect, test } from 'vitest';
import { ask, folder, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

const story = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

test('the story: a provider breaks, the next answers, the circuit opens, is tried again, and closes', async () => {
  const simulator = await realSimulator(story);
  const more = 'breaker: { failures: 3, open: 1500ms, ramp: 0s }';
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain: story, more }));
  expect((await ask(program)).trail).toBe('deepseek-v3=ok');

  await simulator.setFault('deepseek-v3', '503');
  for (let call = 0; call < 3; call += 1) expect((await ask(program)).trail).toBe('deepseek-v3=503, llama-3.3-70b=ok');
  const open = await program.circuit('deepseek-v3');
  expect(open).toMatchObject({ state: 'open', cause: 'failures', by: 'itself' });
  expect((await program.circuit('llama-3.3-70b')).carries).toEqual(['lucy']);
  await until(async () => (await program.circuit('deepseek-v3')).state === 'halfOpen');
  expect((await ask(program)).trail).toBe('deepseek-v3=503, llama-3.3-70b=ok');
  expect((await program.circuit('deepseek-v3')).state).toBe('open');
  const skipped = await ask(program);
  expect(skipped.trail).toBe('deepseek-v3=open, llama-3.3-70b=ok');

  await simulator.setFault('deepseek-v3', 'ok');
  await until(async () => (await program.circuit('deepseek-v3')).state === 'halfOpen');
  expect((await ask(program)).trail).toBe('deepseek-v3=ok');
  expect((await program.circuit('deepseek-v3')).state).toBe('closed');

  const id = skipped.headers.get('x-recloser-request-id') ?? '';
  await until(async () => (await program.control.requests.list.query({})).rows.some((row) => row.id === id));
  const record = await program.control.requests.get.query({ id });
  expect(record.attempts).toMatchObject([
    { provider: 'deepseek-v3', outcome: 'skipped', word: 'open', circuitState: 'open' },
    { provider: 'llama-3.3-70b', outcome: 'succeeded', word: 'ok', circuitState: 'closed' },
  ]);
  expect(await program.end('SIGTERM')).toBe(0);
});

test('twelve requests to a dead provider make five attempts', async () => {
  const simulator = await realSimulator(['only']);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain: ['only'] }));
  await simulator.setFault('only', '503');
  const answers = [];
  for (let call = 0; call < 12; call += 1) answers.push(await ask(program));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(503));
  expect(simulator.calls('only')).toHaveLength(5);
  const last = answers.at(-1);
  expect(last?.trail).toBe('only=open');
  expect(last?.body.error?.code).toBe('no_provider_available');
  expect(last?.headers.get('x-should-retry')).toBe('false');
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('forty at once at half-open make one attempt', async () => {
  const simulator = await realSimulator(['first', 'second']);
  const more = 'breaker: { failures: 1, open: 200ms }';
  const program = await startProgram(
    await writeConfig(await folder(), { simulator, chain: ['first', 'second'], more }),
  );
  await simulator.setFault('first', '503');
  await ask(program);
  await until(async () => (await program.circuit('first')).state === 'halfOpen');
  // Longer than forty callers need on a busy machine; the one whose call it is gets its answer beside it.
  await simulator.setFault('first', 'ok/delay=5s');
  const before = simulator.calls('first').length;
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(program)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(simulator.calls('first').length - before).toBe(1);
  expect(answers.filter(({ trail }) => trail === 'first=halfOpen, second=ok')).toHaveLength(39);
  expect(answers.filter(({ trail }) => trail === 'first=raced, second=ok')).toHaveLength(1);
});

test('sixty callers who wait on a silent provider are all answered once its circuit opens', async () => {
  const simulator = await realSimulator(['silent', 'well']);
  const providers = { silent: ', timeouts: { firstToken: 2s }' };
  const program = await startProgram(
    await writeConfig(await folder(), { simulator, chain: ['silent', 'well'], providers }),
  );
  await simulator.setFault('silent', 'silent');
  const answers = await Promise.all(Array.from({ length: 60 }, () => ask(program)));
  expect(answers.filter(({ status }) => status !== 200).map(({ trail }) => trail)).toEqual([]);
  // Those whose clock ran out opened the circuit; nobody else sat out a clock.
  const endings = new Set(answers.map(({ trail }) => trail));
  const known = [
    'silent=firstToken, well=ok',
    'silent=raced, well=ok',
    'silent=evacuated, well=ok',
    'silent=open, well=ok',
  ];
  expect([...endings].filter((trail) => !known.includes(trail))).toEqual([]);
  expect(answers.filter(({ trail }) => trail === 'silent=firstToken, well=ok').length).toBeLessThan(60);
  await simulator.until((calls) => calls.every(({ end }) => end !== 'open'));
});

test('a healthy plain answer that takes longer than the first-token clock is not cut', async () => {
  const simulator = await realSimulator(['slow', 'other']);
  const providers = { slow: ', timeouts: { firstToken: 600ms }' };
  const program = await startProgram(
    await writeConfig(await folder(), { simulator, chain: ['slow', 'other'], providers }),
  );
  await simulator.setFault('slow', 'ok/tokens=20/gap=60ms');
  const answer = await ask(program);
  expect(answer.trail).toBe('slow=ok');
});
