import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isMachineLocal } from '../core/localAddress.ts';

type Looked = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
/** As `dns.lookup`, of which it is a kind. */
export type Lookup = (hostname: string, options: LookupOptions, done: Looked) => void;

/** The code of a connection that was not made; it stands in the record as a failure to connect. */
const REFUSED = 'ERR_LINK_LOCAL_ADDRESS';

/**
 * Resolves a name, at each new connection, unless it leads to an address that no provider has: the config cannot be held
 * against a name whose owner changes where it points.
 */
export function guardedLookup(resolve: Lookup = lookup): Lookup {
  return (hostname, options, done) =>
    resolve(hostname, options, (error, address, family) => {
      const found = Array.isArray(address) ? address.map((one) => one.address) : [address];
      if (error || ![hostname, ...found].some((one) => isMachineLocal(one))) {
        done(error, address, family);
        return;
      }
      const sentence = 'the name leads to a link-local or metadata address (allowLinkLocal)';
      done(Object.assign(new Error(sentence), { code: REFUSED }), Array.isArray(address) ? [] : '', family);
    });
}
