import { expect, test } from 'vitest';
import { ask, folder, type Program, realSimulator, startProgram, until, writeConfig } from '../support/program.ts';

/** Waits until what the circuit is now has been written, which takes some milliseconds. */
async function written(program: Program, provider: string): Promise<void> {
  const { epoch } = await program.circuit(provider);
  await until(async () => {
    const { rows } = await program.control.events.list.query({ provider, limit: 1 });
    return rows[0]?.epoch === epoch;
  });
}

test('killed, it comes back with each circuit as it was: open with the time that was left, half-open for the next call to probe, tripped with its reason', async () => {
  const chain = ['open', 'halfOpen', 'tripped', 'last'];
  const simulator = await realSimulator(chain);
  const providers = Object.fromEntries(
    [['open', '5m'] as const, ['halfOpen', '200ms'] as const].map(([name, time]) => [
      name,
      `, breaker: { failures: 1, open: ${time} }`,
    ]),
  );
  const config = await writeConfig(await folder(), { simulator, chain, providers });
  const program = await startProgram(config);
  await simulator.setFault('open', '503');
  await simulator.setFault('halfOpen', '503');
  await ask(program);
  await until(async () => (await program.circuit('open')).state === 'open');
  await until(async () => (await program.circuit('halfOpen')).state === 'halfOpen');
  await written(program, 'open');
  await written(program, 'halfOpen');
  const open = await program.circuit('open');
  const tripped = await program.control.circuits.trip.mutate({
    provider: 'tripped',
    reason: 'planned work',
    for: '15m',
  });
  expect(tripped).toMatchObject({ state: 'tripped', durable: true });
  // Acknowledged is on disk: not a moment is given to it.
  expect(await program.end('SIGKILL')).toBe('SIGKILL');

  await simulator.setFault('halfOpen', 'ok');
  const again = await startProgram(config);
  const { epoch, since } = open;
  expect(await again.circuit('open')).toMatchObject({ state: 'open', cause: 'failures', epoch, since });
  await isUntil(again, open);
  expect(await again.circuit('tripped')).toMatchObject({
    state: 'tripped',
    reason: 'planned work',
    by: 'token:admin',
    epoch: tripped.epoch,
  });
  await isUntil(again, tripped);
  expect((await again.circuit('halfOpen')).state).toBe('halfOpen');
  expect((await ask(again)).trail).toBe('open=open, halfOpen=ok');
  expect((await again.circuit('halfOpen')).state).toBe('closed');
  expect(simulator.calls('open')).toHaveLength(1);

  await simulator.setFault('halfOpen', '503');
  expect((await ask(again)).trail).toBe('open=open, halfOpen=503, tripped=tripped, last=ok');
  await again.control.circuits.release.mutate({ provider: 'tripped', reason: 'done' });
  expect((await ask(again)).trail).toMatch(/, tripped=ok$/);
  const audit = await again.control.audit.list.query({});
  expect(audit.rows.map(({ what }) => what)).toEqual(['circuits.release', 'circuits.trip']);
});

/** The time that was left is counted by another clock after a start. */
async function isUntil(program: Program, { provider, until }: { provider: string; until: number | null }) {
  const now = await program.circuit(provider);
  expect(Math.abs((now.until ?? 0) - (until ?? 0))).toBeLessThan(50);
}

test('told to stop, it loses nothing', async () => {
  const simulator = await realSimulator(['first']);
  const config = await writeConfig(await folder(), { simulator, chain: ['first'] });
  const program = await startProgram(config);
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(program)));
  expect(await program.end('SIGTERM')).toBe(0);
  const again = await startProgram(config);
  const { rows } = await again.control.requests.list.query({ limit: 100 });
  const ids = answers.map(({ headers }) => headers.get('x-recloser-request-id'));
  expect(rows.map(({ id }) => id).sort()).toEqual(ids.sort());
});
