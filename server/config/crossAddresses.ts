import { isMachineLocal } from '../core/localAddress.ts';
import type { Source } from './source.ts';

/** Addresses of a provider that no provider has: whoever writes a config must not reach a cloud's credentials by it unseen. */
export function checkAddresses(source: Source, provider: string): void {
  if (source.at(['providers', provider, 'allowLinkLocal']) === true) return;
  for (const keys of [['baseUrl'], ['prefill', 'baseUrl']]) {
    const path = ['providers', provider, ...keys];
    const written = source.at(path);
    if (typeof written !== 'string' || source.isBroken(path) || !URL.canParse(written)) continue;
    if (!isMachineLocal(new URL(written).hostname)) continue;
    source.problem(
      path,
      "this is a link-local address, or where a cloud keeps this machine's credentials: correct it, or set allowLinkLocal: true for this provider",
    );
  }
}
