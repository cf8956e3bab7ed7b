import { expect, it } from 'vitest';
import { Guesses } from '../../server/core/guesses.ts';
import { networkOf } from '../../server/core/network.ts';
import { FakeClock } from '../support/fakeClock.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:DB8:0:01::5', '2001:db8:0:1'],
  ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
  ['2001:db8::', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['1::2::3::4:5:6:7:8:9:0', '1:0:0:0'],
  ['not an address', 'not an address'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['[2001:db8:0:1::5]:4711', '2001:db8:0:1'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it('whoever has a network of IPv6 cannot guess with each of its addresses', () => {
  const guesses = new Guesses(new FakeClock());
  for (let guess = 0; guess < 20; guess += 1) guesses.wrong(`2001:db8::${guess}`, `guess-${guess}`);
  expect([guesses.tooMany('2001:db8::ffff'), guesses.tooMany('2001:db8:0:1::')]).toEqual([true, false]);
});
