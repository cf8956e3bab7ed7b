import { expect, test } from 'vitest';
import { type Asked, Recheck } from '../../server/circuits/recheck.ts';
import type { PingResult } from '../../server/core/ping.ts';
import { defaults, failure, providerNamed, Rig } from '../support/breaker.ts';

const answer: PingResult = {
  ...{ ok: true, word: 'ok', status: 200, ms: 12, costNanoUsd: 30 },
  settlement: { result: 'success' },
};

test('every ping is told, with who asked, why and when it was sent', async () => {
  const rig = new Rig({ recheckMs: 60_000 });
  const told: Asked[] = [];
  const recheck = new Recheck({
    board: rig.board,
    providers: [providerNamed('a', { ...defaults, recheckMs: 60_000 })],
    clock: rig.clock,
    ping: async () => {
      rig.clock.advance(12);
      return answer;
    },
    onAnswer: (asked) => told.push(asked),
  });
  recheck.start();
  const began = rig.clock.wall();
  await recheck.probeNow('a', 'ada');
  await recheck.probeNow('a', 'itself', 'standby');
  rig.calls(5, failure);
  rig.clock.advance(60_000);
  await Promise.resolve();
  await Promise.resolve();
  recheck.stop();
  expect(told).toEqual([
    { provider: 'a', kind: 'hand', by: 'ada', at: began, result: answer },
    { provider: 'a', kind: 'standby', by: 'itself', at: began + 12, result: answer },
    { provider: 'a', kind: 'recheck', by: 'itself', at: began + 24 + 60_000, result: answer },
  ]);
});

test('a standby check that fails moves no circuit', async () => {
  const rig = new Rig();
  const bad: PingResult = { ...answer, ok: false, word: '401', status: 401, settlement: failure };
  const provider = providerNamed('a', defaults);
  const recheck = new Recheck({ board: rig.board, providers: [provider], clock: rig.clock, ping: async () => bad });
  for (let check = 0; check < 20; check += 1) await recheck.probeNow('a', 'itself', 'standby');
  expect(rig.events).toEqual([]);
  expect(rig.board.look('a')).toMatchObject({ state: 'closed', failuresInARow: 0, inFlight: 0 });
});
