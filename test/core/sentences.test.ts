import { describe, expect, it } from 'vitest';
import type { CircuitEntry, CircuitEvent } from '../../server/core/circuit/types.ts';
import { causeSentence } from '../../server/core/sentences.ts';

const entry: CircuitEntry = {
  provider: 'deepseek-v3',
  state: 'closed',
  automatic: 'closed',
  override: 'none',
  since: 0,
  cause: null,
  by: 'itself',
  reason: null,
  until: null,
  epoch: 1,
  failuresInARow: 0,
  timeoutsInARow: 0,
  window: { calls: 0, failures: 0, rate: null, ms: 60_000 },
  ramp: null,
  probe: { out: 0, of: 1, failed: 0 },
  evidence: [],
  inFlight: 0,
  allowed: 256,
  spentUntil: null,
  headroom: null,
  carries: [],
  limits: { failures: 5, timeouts: 3, rate: 0.5, calls: 10 },
  lastSuccessAt: null,
};
const open = { state: 'open', automatic: 'open' } as const;

const event: CircuitEvent = {
  node: 'a',
  seq: 1,
  provider: 'deepseek-v3',
  epoch: 2,
  from: 'closed',
  to: 'open',
  automatic: 'open',
  cause: 'failures',
  evidence: [],
  by: 'itself',
  reason: null,
  until: null,
  at: 0,
};

describe('why a circuit is as it is', () => {
  it.each<[string, Partial<CircuitEntry>]>([
    ['', {}],
    ['1 of 5 failures in a row', { failuresInARow: 1 }],
    ['2 of 3 time-outs in a row', { failuresInARow: 2, timeoutsInARow: 2 }],
    ['back, with 10 % of its traffic', { ramp: { share: 0.1, until: 9 } }],
    ['5 failures in a row', { ...open, cause: 'failures', evidence: ['r/0', 'r/1', 'r/2', 'r/3', 'r/4'] }],
    ['5 failures in a row', { ...open, cause: 'failures' }],
    ['3 time-outs in a row', { ...open, cause: 'timeouts' }],
    ['at least 50 % of its calls failed within 1m', { ...open, cause: 'rate' }],
    ['it asked us to slow down (429)', { ...open, cause: 'throttled' }],
    ['it refused our key: ours to mend', { ...open, cause: 'credentials' }],
    ['5 failures in a row; 2 probes failed since', { ...open, cause: 'failures', probe: { out: 0, of: 1, failed: 2 } }],
    ['reset by operator: try it', { state: 'halfOpen', by: 'operator', reason: 'try it' }],
    ['tripped by operator: outage', { state: 'tripped', by: 'operator', reason: 'outage' }],
    ['held closed by token:admin: a drill', { state: 'heldClosed', by: 'token:admin', reason: 'a drill' }],
  ])('%j', (sentence, change) => {
    expect(causeSentence({ ...entry, ...change })).toBe(sentence);
  });
});

describe('what moved a circuit', () => {
  it.each<[string, Partial<CircuitEvent>]>([
    ['1 failure in a row', { evidence: ['r/0'] }],
    ['failures in a row', {}],
    ['too large a share of its calls failed', { cause: 'rate', evidence: ['r/0'] }],
    ['left alone for its time: the next call tries it', { cause: 'cooldown', to: 'halfOpen', automatic: 'halfOpen' }],
    ['a probe was answered', { cause: 'probe', to: 'closed', automatic: 'closed' }],
    ['a probe failed', { cause: 'probe' }],
    ['tripped by operator: outage', { cause: 'trip', to: 'tripped', by: 'operator', reason: 'outage' }],
    ['released by operator', { cause: 'release', by: 'operator' }],
    ['what operator laid over it came to its end', { cause: 'expired', by: 'operator' }],
  ])('%j', (sentence, change) => {
    expect(causeSentence({ ...event, ...change })).toBe(sentence);
  });
});
