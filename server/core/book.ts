import type { EffectiveSetting } from './effective.ts';
import type { ChainSettings, ProviderSettings } from './settings.ts';

/** What the config says of providers and of the chains they stand in. */
export interface ProviderBook {
  /** In the order of the file. */
  providers: readonly ProviderSettings[];
  chains: readonly ChainSettings[];
  /** By provider; none: it is not known where its settings came from. */
  effective: Readonly<Record<string, EffectiveSetting[]>>;
}
