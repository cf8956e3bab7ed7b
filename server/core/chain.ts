import type { RequestNeeds } from './records.ts';
import type { ChainSettings, ProviderSettings } from './settings.ts';

/** The estimate of a prompt may be too high by this much; a provider is passed over only when it surely has no room. */
const surePartOfEstimate = 0.8;

/** One provider of a chain for one request, before its circuit is asked. */
export interface PlannedStep {
  provider: ProviderSettings;
  /** Its place in the chain, from 0. */
  position: number;
  /** A sentence why this provider cannot take this request (the skip `cannot_take`), or null. */
  cannotTake: string | null;
}

/**
 * The providers to try for a request, in the chain's order. With `only`, just that one; none if the chain has no such provider.
 * Looks at nothing but the config and the request: circuits are asked while walking, because they change meanwhile.
 */
export function planChain(input: {
  chain: ChainSettings;
  providers: ReadonlyMap<string, ProviderSettings>;
  facts: RequestNeeds;
  only: string | null;
}): PlannedStep[] {
  const steps: PlannedStep[] = [];
  for (const [position, name] of input.chain.providers.entries()) {
    const provider = input.providers.get(name);
    if (!provider || (input.only !== null && input.only !== name)) continue;
    steps.push({ provider, position, cannotTake: cannotTake(provider, input.facts) });
  }
  return steps;
}

/** Which provider of a chain carries its traffic: the first that admits calls; null: none does. */
export function carrierOf(providers: readonly string[], admits: (provider: string) => boolean): string | null {
  return providers.find(admits) ?? null;
}

function cannotTake(provider: ProviderSettings, facts: RequestNeeds): string | null {
  const { accepts, name } = provider;
  if (facts.images && !accepts.images) return `${name} takes no images (accepts.images is false).`;
  if (facts.tools && !accepts.tools) return `${name} takes no tools (accepts.tools is false).`;
  if (facts.jsonSchema && !accepts.jsonSchema) return `${name} takes no JSON schema (accepts.jsonSchema is false).`;
  if (accepts.contextTokens !== null && facts.promptTokens * surePartOfEstimate > accepts.contextTokens) {
    return `The prompt has about ${facts.promptTokens} tokens, and ${name} has room for ${accepts.contextTokens} (accepts.contextTokens).`;
  }
  return null;
}
