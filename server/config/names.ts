import { isIP } from 'node:net';
import { z } from 'zod';
import { list, match } from './leaves.ts';

/** What names, header values and addresses may look like. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const providerName = {
  pattern: /^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/,
  says: 'a name of letters, digits and . _ : @ - with at least one letter, at most 64 characters: it stands in headers and addresses',
};
export const chainName = {
  pattern: /^(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/,
  says: 'a name of letters, digits and . _ : @ / - with at least one letter, at most 128 characters: callers ask for it as their model',
};
/** Loopback addresses and names; whatever else is reachable by others, or may be. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
}

export const headerName = { pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, says: 'the name of a header' };
export const label = match(
  /^[A-Za-z0-9][A-Za-z0-9 ._:@/-]{0,63}$/,
  'a short name of letters, digits, spaces and . _ : @ / -',
);
export const hostNames = list(
  match(
    /^([A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/,
    'a host name, or name:port, without scheme or path',
  ),
  'a list of host names',
);
const networkHint = 'an address, or a network as in 10.0.0.0/8, of your own proxies only';
export const networks = list(
  z.string({ error: networkHint }).refine(isNetwork, { error: networkHint }),
  'a list of addresses',
);
/** Kept on one line of printable characters: it goes into a header. */
export const headerSafe = (says: string) => match(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, says);
export const address = (says: string) =>
  z
    .string({ error: says })
    .refine(isHttpAddress, { error: says })
    .transform((url: string) => url.replace(/\/+$/, ''));
export const baseUrl = () =>
  address(
    'an address such as https://api.example.com/v1: http or https, without user, query or #, and without /chat/completions, which is added',
  );

/** Of IPv4 or IPv6, with or without the length of its prefix. All addresses at once would believe whoever calls. */
function isNetwork(written: string): boolean {
  const [address = '', prefix, ...more] = written.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= bits);
  return bits > 0 && isPrefix && more.length === 0;
}

function isHttpAddress(written: string): boolean {
  if (!URL.canParse(written) || !/^https?:\/\//i.test(written) || /[\s?#]/.test(written)) return false;
  const url = new URL(written);
  return (
    url.username === '' && url.password === '' && url.hostname !== '' && !/\/chat\/completions\/*$/i.test(url.pathname)
  );
}
