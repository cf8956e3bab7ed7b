/** Groups of an IPv6 address that say whose it is: whoever has one is given 64 bits of addresses. */
const ownGroups = 4;
const allGroups = 8;

/** Some proxies give the port along, which is another one for each connection: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const withPort = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[(.+)\])(?::\d+)?$/;

/** Whoever counts as one by their address: it itself in IPv4, its network of 64 bits in IPv6. */
export function networkOf(given: string): string {
  const [, ipv4, ipv6] = withPort.exec(given) ?? [];
  const address = ipv4 ?? ipv6 ?? given;
  const [unzoned = ''] = address.toLowerCase().split('%', 1);
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(unzoned)?.[1];
  if (mapped !== undefined || !unzoned.includes(':')) return mapped ?? address;
  const [head = '', tail] = unzoned.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const zeros = tail === undefined ? 0 : Math.max(allGroups - groups.length - tail.split(':').length, 1);
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...(tail ?? '').split(':')];
  return all
    .slice(0, ownGroups)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
