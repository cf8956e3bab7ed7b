import { describe, expect, it } from 'vitest';
import type { RequestFacts } from '../../server/core/body.ts';
import { carrierOf, planChain } from '../../server/core/chain.ts';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { ChainSettings, ProviderSettings } from '../../server/core/settings.ts';

const breaker: BreakerSettings = {
  failures: 5,
  timeouts: 3,
  rate: 0.5,
  calls: 10,
  windowMs: 60_000,
  openMs: 300_000,
  openMaxMs: 300_000,
  jitter: 0,
  probes: 1,
  successes: 1,
  probe: 'caller',
  recheckMs: null,
  rampMs: 30_000,
  suspect: 5,
};

function provider(name: string, accepts: Partial<ProviderSettings['accepts']> = {}): ProviderSettings {
  return {
    name,
    baseUrl: 'http://127.0.0.1:1/v1',
    dialect: 'openai',
    apiKey: null,
    model: name,
    price: null,
    timeouts: { connectMs: 1, firstTokenMs: 1, perThousandTokensMs: 0, idleMs: 1, totalMs: 1, answerMs: 1 },
    retries: 0,
    concurrency: 1,
    assemble: true,
    accepts: { images: true, tools: true, jsonSchema: true, contextTokens: null, ...accepts },
    systemPrompt: null,
    headers: {},
    drop: [],
    rename: {},
    set: {},
    prefill: null,
    standbyMs: null,
    breaker,
  };
}

const chain: ChainSettings = {
  name: 'lucy',
  providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'],
  backoff: { initialMs: 250, factor: 2, maxMs: 8_000, jitter: 'equal' },
  deadlineMs: 120_000,
  rescue: [],
  hedge: 'off',
};

const facts: RequestFacts = { images: false, tools: false, jsonSchema: false, promptTokens: 10, maxTokens: null };

function plan(accepts: Partial<ProviderSettings['accepts']>, wants: Partial<RequestFacts>, only: string | null = null) {
  const providers = [provider('deepseek-v3', accepts), provider('llama-3.3-70b'), provider('qwen-72b')];
  return planChain({
    chain,
    providers: new Map(providers.map((each) => [each.name, each])),
    facts: { ...facts, ...wants },
    only,
  });
}

describe('a plan', () => {
  it('has the providers of the chain in its order', () => {
    expect(plan({}, {}).map(({ provider: { name }, position }) => [name, position])).toEqual([
      ['deepseek-v3', 0],
      ['llama-3.3-70b', 1],
      ['qwen-72b', 2],
    ]);
  });

  it('has only the provider that was asked for, in its place; none if the chain has no such one', () => {
    expect(plan({}, {}, 'qwen-72b')).toMatchObject([{ position: 2, provider: { name: 'qwen-72b' } }]);
    expect(plan({}, {}, 'gpt-9')).toEqual([]);
  });

  const unfit: [
    name: string,
    accepts: Partial<ProviderSettings['accepts']>,
    wants: Partial<RequestFacts>,
    key: string,
  ][] = [
    ['images', { images: false }, { images: true }, 'accepts.images'],
    ['tools', { tools: false }, { tools: true }, 'accepts.tools'],
    ['a JSON schema', { jsonSchema: false }, { jsonSchema: true }, 'accepts.jsonSchema'],
    ['a long prompt', { contextTokens: 1_000 }, { promptTokens: 1_300 }, 'accepts.contextTokens'],
  ];
  it.each(unfit)('says why a provider cannot take %s, and goes on with the next', (_name, accepts, wants, key) => {
    const [first, second] = plan(accepts, wants);
    expect(first?.cannotTake).toContain(key);
    expect(second?.cannotTake).toBeNull();
  });

  it.each(unfit)('passes nobody over for %s that is not asked for', (_name, accepts) => {
    expect(plan(accepts, {})[0]?.cannotTake).toBeNull();
  });

  it('passes nobody over for an estimate that may be too high', () => {
    expect(plan({ contextTokens: 1_000 }, { promptTokens: 1_200 })[0]?.cannotTake).toBeNull();
  });
});

describe('the carrier of a chain', () => {
  it('is the first that admits calls, or nobody', () => {
    expect(carrierOf(chain.providers, () => true)).toBe('deepseek-v3');
    expect(carrierOf(chain.providers, (name) => name === 'qwen-72b')).toBe('qwen-72b');
    expect(carrierOf(chain.providers, () => false)).toBeNull();
  });
});
