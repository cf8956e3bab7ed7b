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

async function openOne(openTime: string) {
  const simulator = await realSimulator(['first', 'second']);
  const more = `breaker: { failures: 1, open: ${openTime} }`;
  const config = await writeConfig(await folder(), { simulator, chain: ['first', 'second'], more });
  const program = await startProgram(config);
  await simulator.setFault('first', '503');
  await ask(program);
  // A busy machine may take longer than a short open time to ask.
  await until(async () => (await program.circuit('first')).state !== 'closed');
  await written(program, 'first');
  return { simulator, config, program };
}

test('killed while open, it comes back open with the time that was left', async () => {
  const { config, program, simulator } = await openOne('5m');
  const before = await program.circuit('first');
  expect(before.state).toBe('open');
  expect(await program.end('SIGKILL')).toBe('SIGKILL');
  const again = await startProgram(config);
  const after = await again.circuit('first');
  expect(after).toMatchObject({ state: 'open', cause: 'failures', epoch: before.epoch, since: before.since });
  expect(Math.abs((after.until ?? 0) - (before.until ?? 0))).toBeLessThan(50);
  expect((await ask(again)).trail).toBe('first=open, second=ok');
  expect(simulator.calls('first')).toHaveLength(1);
});

test('killed while half-open, the next call probes', async () => {
  const { config, program, simulator } = await openOne('200ms');
  await until(async () => (await program.circuit('first')).state === 'halfOpen');
  await written(program, 'first');
  await program.end('SIGKILL');
  await simulator.setFault('first', 'ok');
  const again = await startProgram(config);
  expect((await again.circuit('first')).state).toBe('halfOpen');
  expect((await ask(again)).trail).toBe('first=ok');
  expect((await again.circuit('first')).state).toBe('closed');
});

test('killed while tripped, it comes back tripped, with its reason, and can be released', async () => {
  const simulator = await realSimulator(['first', 'second']);
  const config = await writeConfig(await folder(), { simulator, chain: ['first', 'second'] });
  const program = await startProgram(config);
  const entry = await program.control.circuits.trip.mutate({ provider: 'first', reason: 'planned work', for: '15m' });
  expect(entry).toMatchObject({ state: 'tripped', durable: true });
  // Acknowledged is on disk: not a moment is given to it.
  await program.end('SIGKILL');
  const again = await startProgram(config);
  const after = await again.circuit('first');
  expect(after).toMatchObject({ state: 'tripped', reason: 'planned work', by: 'token:admin', epoch: entry.epoch });
  expect(Math.abs((after.until ?? 0) - (entry.until ?? 0))).toBeLessThan(50);
  expect((await ask(again)).trail).toBe('first=tripped, second=ok');
  await again.control.circuits.release.mutate({ provider: 'first', reason: 'done' });
  expect((await ask(again)).trail).toBe('first=ok');
  const audit = await again.control.audit.list.query({});
  expect(audit.rows.map(({ what }) => what)).toEqual(['circuits.release', 'circuits.trip']);
});

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
