import { expect, test } from 'vitest';
import { badControlInput, badGatewayInput } from '../support/badInput.ts';

// A sample of `test/long/badInput.test.ts`.

test('input made from the schemas of every procedure is answered or refused, and nothing fails unforeseen', async () => {
  const { statuses } = await badControlInput({ cases: 150, seed: 6 });
  expect(statuses[200]).toBeGreaterThan(40);
  expect(statuses[400]).toBeGreaterThan(20);
}, 60_000);

test('requests that are nearly right are answered or refused by the gateway', async () => {
  const { statuses } = await badGatewayInput({ cases: 150, seed: 7 });
  expect(statuses[200]).toBeGreaterThan(5);
  expect(statuses[400]).toBeGreaterThan(20);
}, 60_000);
