import { describe, expect, it } from 'vitest';
import { Pacing } from '../../../server/core/circuit/pacing.ts';
import { POISON_LIMIT, PoisonMemory } from '../../../server/core/circuit/poison.ts';
import { Ramp } from '../../../server/core/circuit/ramp.ts';

describe('the ramp after a recovery', () => {
  it('lets a tenth through at first, evenly by count: the first call, and then every tenth', () => {
    const ramp = new Ramp(30_000);
    ramp.start(0);
    const passed = Array.from({ length: 100 }, () => ramp.admit(0));
    const places = passed.flatMap((admitted, index) => (admitted ? [index] : []));
    expect(places[0]).toBe(0);
    expect(places.length).toBeGreaterThanOrEqual(10);
    expect(places.length).toBeLessThanOrEqual(11);
    const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(11);
  });

  it('at half of its time every other call and a bit more, without dice', () => {
    const ramp = new Ramp(30_000);
    ramp.start(0);
    const share = ramp.share(15_000);
    expect(share).toBeCloseTo(0.55);
    const passed = Array.from({ length: 1_000 }, () => ramp.admit(15_000)).filter(Boolean).length;
    expect(Math.abs(passed - 550)).toBeLessThanOrEqual(2);
  });

  it('never lets three in a row be refused once it is beyond a third', () => {
    const ramp = new Ramp(30_000);
    ramp.start(0);
    let refused = 0;
    for (let at = 8_000; at < 30_000; at += 100) {
      refused = ramp.admit(at) ? 0 : refused + 1;
      expect(refused).toBeLessThan(3);
    }
  });

  it('grows with the time, is over at its end, and is none when it takes no time', () => {
    const ramp = new Ramp(30_000);
    expect([ramp.share(0), ramp.endsAt(0)]).toEqual([null, null]);
    ramp.start(1_000);
    const shares = [1_000, 10_000, 20_000, 30_999].map((at) => ramp.share(at) ?? 2);
    expect(shares).toEqual([...shares].sort((one, other) => one - other));
    expect([shares[0], ramp.endsAt(1_000)]).toEqual([0.1, 31_000]);
    expect([ramp.share(31_000), ramp.admit(31_000)]).toEqual([null, true]);
    const none = new Ramp(0);
    none.start(0);
    expect([none.share(0), none.admit(0), none.admit(0)]).toEqual([null, true, true]);
  });

  it('looking at it takes nothing from it', () => {
    const ramp = new Ramp(30_000);
    ramp.start(0);
    for (let look = 0; look < 100; look += 1) ramp.share(0);
    expect([ramp.admit(0), ramp.admit(0)]).toEqual([true, false]);
  });
});

describe('the pace of the last one standing', () => {
  it('is one call in five seconds at first', () => {
    const pacing = new Pacing(1_000);
    expect([pacing.take(5_999), pacing.take(6_000), pacing.take(6_000)]).toEqual([false, true, false]);
    expect(pacing.nextAt).toBe(11_000);
  });

  it('doubles with a success, and halves with a failure', () => {
    const pacing = new Pacing(0);
    pacing.take(5_000);
    pacing.succeeded(5_100);
    expect(pacing.nextAt).toBe(7_600);
    pacing.take(7_600);
    expect(pacing.nextAt).toBe(10_100);
    pacing.failed(7_700);
    expect(pacing.nextAt).toBe(12_700);
  });

  it('is never faster than twenty a second, nor slower than one in five minutes', () => {
    const pacing = new Pacing(0);
    for (let time = 0; time < 50; time += 1) pacing.succeeded(10_000);
    pacing.take(10_000_000);
    expect(pacing.nextAt).toBe(10_000_050);
    for (let time = 0; time < 50; time += 1) pacing.failed(10_000_000);
    expect(pacing.nextAt).toBe(10_300_000);
  });

  it('a provider that named a time is not tried sooner', () => {
    const pacing = new Pacing(0);
    pacing.notBefore(60_000);
    expect([pacing.take(59_999), pacing.take(60_000)]).toEqual([false, true]);
    pacing.notBefore(1_000);
    expect(pacing.nextAt).toBe(65_000);
  });
});

describe('the memory of poisonous prompts', () => {
  it('charges a body once within the window', () => {
    const memory = new PoisonMemory();
    const charged = [0, 1, 59_999, 60_000, 60_001, 60_002].map((at) => memory.charge('x', at, 60_000));
    expect(charged).toEqual([true, false, false, false, true, false]);
    expect(memory.charge('y', 60_002, 60_000)).toBe(true);
  });

  it('forgets the eldest body, and no other, when it is full', () => {
    const memory = new PoisonMemory();
    for (let body = 0; body < POISON_LIMIT; body += 1) memory.charge(`${body}`, 0, 60_000);
    expect(memory.charge('0', 1, 60_000)).toBe(false);
    expect(memory.charge('one more', 1, 60_000)).toBe(true);
    expect(memory.charge('1', 1, 60_000)).toBe(false);
    expect(memory.charge('0', 1, 60_000)).toBe(true);
  });
});
