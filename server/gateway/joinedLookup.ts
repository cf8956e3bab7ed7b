import { lookup } from 'node:dns';
import type { Lookup } from './guardedLookup.ts';

/**
 * Asks for a name once at a time, and gives the answer to all who wait for it. The system has few threads for this (`recloser.cts`), and a
 * name that nobody answers for takes one for ten seconds: asked for at each new connection it would take them all, and no
 * other provider could be connected to.
 */
export function joinedLookup(resolve: Lookup = lookup): Lookup {
  const waiting = new Map<string, Parameters<Lookup>[2][]>();
  return (hostname, options, done) => {
    const key = `${hostname} ${JSON.stringify(options)}`;
    const others = waiting.get(key);
    if (others) {
      others.push(done);
      return;
    }
    const all = [done];
    waiting.set(key, all);
    resolve(hostname, options, (error, address, family) => {
      waiting.delete(key);
      for (const tell of all) tell(error, address, family);
    });
  };
}
