import fc from 'fast-check';
import type { CircuitEvent, OpenCause } from '../../server/core/circuit/types.ts';
import type { AttemptRecord, ProbeRecord, RequestRecord } from '../../server/core/records.ts';
import { generalShares, type ProviderShares } from '../../server/core/savings/shares.ts';
import type { SavingsFacts } from '../../server/core/savings/types.ts';
import type { Price } from '../../server/core/settings.ts';
import { attempt, event, noon, request } from '../db/support/records.ts';
import { countSlowly } from './savingsCount.ts';

/** Days of outages at random: what circuits did, what callers were skipped meanwhile, and what we asked ourselves. */

export const providers = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];
const nodes = ['a', 'b'];
const anyNode = fc.constantFrom('a', 'a', 'a', 'b');
export const spanMs = 3 * 86_400_000;

export interface RandomRecord {
  events: CircuitEvent[];
  requests: RequestRecord[];
  probes: ProbeRecord[];
  prices: Map<string, Price | null>;
  shares: Map<string, ProviderShares>;
}

/** What a circuit does next. */
const move = fc.record({
  afterMs: fc.integer({ min: 1, max: 20_000_000 }),
  what: fc.constantFrom('fail', 'succeed', 'cooldown', 'break', 'reset', 'resetHalf', 'trip', 'release'),
  cause: fc.constantFrom<OpenCause[]>('failures', 'timeouts', 'rate', 'throttled'),
  evidence: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 3, maxLength: 8 }),
});
type Move = typeof move extends fc.Arbitrary<infer Made> ? Made : never;

/** Follows the rules of the machine: whatever does not fit its state is no move. */
function eventsOf(node: string, provider: string, moves: readonly Move[]): CircuitEvent[] {
  const events: CircuitEvent[] = [];
  let automatic: CircuitEvent['automatic'] = 'closed';
  let tripped = false;
  let at = noon;
  for (const { afterMs, what, cause, evidence } of moves) {
    at += afterMs;
    const to = nextOf(automatic, tripped, what);
    if (!to) continue;
    const wasTripped = tripped;
    tripped = to.tripped;
    events.push(
      event(events.length + 1, {
        ...{ node, provider, at, automatic: to.automatic },
        from: wasTripped ? 'tripped' : automatic,
        to: tripped ? 'tripped' : to.automatic,
        cause: to.byProbe ? 'probe' : to.opened ? cause : to.cause,
        evidence: to.opened ? evidence.map((number) => `r${number % 30}/${number % 3}`) : [],
      }),
    );
    automatic = to.automatic;
  }
  // Numbers are of a node, not of a circuit.
  return events.map((each) => ({ ...each, seq: each.seq * 10 + providers.indexOf(provider) }));
}

interface Next {
  automatic: CircuitEvent['automatic'];
  tripped: boolean;
  cause: CircuitEvent['cause'];
  opened?: boolean;
  byProbe?: boolean;
}

function nextOf(automatic: CircuitEvent['automatic'], tripped: boolean, what: Move['what']): Next | null {
  if (what === 'trip') return { automatic, tripped: true, cause: 'trip' };
  if (what === 'release') return tripped ? { automatic, tripped: false, cause: 'release' } : null;
  if (what === 'reset') return { automatic: 'closed', tripped: false, cause: 'reset' };
  if (what === 'resetHalf') return { automatic: 'halfOpen', tripped: false, cause: 'reset' };
  if (what === 'cooldown') return automatic === 'open' ? { automatic: 'halfOpen', tripped, cause: 'cooldown' } : null;
  if (tripped) return null;
  if (what === 'succeed') return automatic === 'closed' ? null : { automatic: 'closed', tripped, cause: 'recheck' };
  if (automatic === 'open' || (what === 'break' && automatic === 'halfOpen')) return null;
  const byProbe = automatic === 'halfOpen' || what === 'break';
  return { automatic: 'open', tripped, cause: 'failures', opened: true, byProbe };
}

const step = fc.record({
  provider: fc.constantFrom(...providers),
  fate: fc.constantFrom(
    ...(['open', 'open', 'open', 'halfOpen', 'ramping', 'throttled', 'tripped', 'busy', 'cannot_take'] as const).map(
      (kind) => ['skipped', kind] as const,
    ),
    ['succeeded', null] as const,
    ['failed', 'serverError'] as const,
    ['failed', 'firstToken'] as const,
    ['failed', 'requestRefused'] as const,
    ['cancelled', 'raced'] as const,
  ),
  closed: fc.boolean(),
  permit: fc.constantFrom<AttemptRecord['permit'][]>('closed', 'probe', 'forced'),
  durationMs: fc.integer({ min: 0, max: 12_000 }),
  tokens: fc.option(fc.tuple(fc.nat(90_000), fc.nat(90_000), fc.nat(4_000)), { freq: 5 }),
  costNanoUsd: fc.option(fc.nat(90_000_000), { freq: 5 }),
});

const oneRequest = fc
  .record({
    at: fc.integer({ min: 0, max: spanMs }),
    node: anyNode,
    servedBy: fc.option(fc.constantFrom(...providers), { freq: 5 }),
    promptTokens: fc.option(fc.nat(90_000), { freq: 5 }),
    steps: fc.array(step, { minLength: 2, maxLength: 5 }),
    last: step,
  })
  .map(({ at, node, servedBy, promptTokens, steps, last }) => {
    const startedAt = noon + at;
    const answer = servedBy === null ? [] : [{ ...last, provider: servedBy, fate: ['succeeded', null] as const }];
    const attempts = [...steps, ...answer].map(
      ({ provider, fate: [outcome, failureKind], closed, permit, tokens, ...made }, ordinal) => {
        const skipped = outcome === 'skipped';
        const [prompt, cached, completion] = tokens ?? [0, 0, 0];
        const usage = { promptTokens: prompt, cachedTokens: cached, completionTokens: completion, estimated: false };
        return attempt({
          ...{ ordinal, provider, outcome, failureKind, startedAt: startedAt + ordinal },
          circuitState: closed ? 'closed' : 'open',
          permit: skipped ? null : permit,
          durationMs: skipped ? 0 : made.durationMs,
          firstTokenMs: outcome === 'succeeded' ? made.durationMs : null,
          usage: outcome === 'succeeded' && tokens ? usage : null,
          costNanoUsd: outcome === 'succeeded' ? made.costNanoUsd : null,
        });
      },
    );
    const needs = promptTokens === null ? null : { images: false, tools: false, jsonSchema: false, promptTokens };
    return request('', { node, servedBy, startedAt, needs, attempts });
  });

const oneProbe: fc.Arbitrary<ProbeRecord> = fc.record({
  id: fc.uuid(),
  node: anyNode,
  provider: fc.constantFrom(...providers),
  kind: fc.constantFrom<ProbeRecord['kind'][]>('standby', 'recheck', 'hand'),
  by: fc.constant('itself'),
  at: fc.integer({ min: noon, max: noon + spanMs }),
  ok: fc.boolean(),
  word: fc.constant('ok'),
  status: fc.constant(null),
  durationMs: fc.nat(5_000),
  costNanoUsd: fc.option(fc.nat(40_000), { freq: 5 }),
});

const dollars = fc.integer({ min: 0, max: 9_000 }).map((cents) => cents / 100);
const price: fc.Arbitrary<Price | null> = fc.option(
  fc.record({ input: dollars, cachedInput: dollars, output: dollars }),
  { freq: 6 },
);
const part = fc.option(
  fc.nat(100).map((percent) => percent / 100),
  { freq: 3 },
);
export const anyShares: fc.Arbitrary<ProviderShares> = fc
  .tuple(part, part, part, part)
  .map(([timeout, timeoutOutput, broken, error]) => ({
    refused: generalShares.refused,
    error: { ...generalShares.error, promptShare: error },
    timeout: {
      promptShare: timeout,
      outputShare: timeoutOutput,
      source: 'https://vendor.example',
      dated: '2026-01-01',
    },
    broken: { promptShare: broken, outputShare: broken, source: null, dated: null },
  }));

const circuits = nodes.flatMap((node) => providers.map((provider) => ({ node, provider })));

export const anyRecord: fc.Arbitrary<RandomRecord> = fc
  .record({
    moves: fc.tuple(...circuits.map(() => fc.array(move, { minLength: 8, maxLength: 20 }))),
    requests: fc.array(oneRequest, { minLength: 30, maxLength: 40 }),
    probes: fc.array(oneProbe, { maxLength: 20 }),
    prices: fc.tuple(...providers.map(() => price)),
    shares: fc.tuple(...providers.map(() => anyShares)),
  })
  .map(({ moves, requests, probes, prices, shares }) => ({
    events: circuits.flatMap(({ node, provider }, index) => eventsOf(node, provider, moves[index] ?? [])),
    requests: requests.map((made, index) => ({ ...made, id: `r${index}` })),
    probes,
    prices: new Map(providers.map((provider, index) => [provider, prices[index] ?? null])),
    shares: new Map(providers.map((provider, index) => [provider, shares[index] ?? generalShares])),
  }));

/** UTC. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The facts as the core makes them of whole records. */
export function factsOf(record: RandomRecord): SavingsFacts {
  const { openings, tallies } = countSlowly(record, { from: 0, to: Number.MAX_SAFE_INTEGER, zone: 'UTC' });
  return { openings, tallies, prices: record.prices, shares: record.shares };
}
