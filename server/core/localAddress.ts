/** Names by which clouds offer a machine its own credentials. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
]);
/** Metadata services outside of what is link-local: Alibaba's, Oracle's, Azure's, and Amazon's (two) and Google's by IPv6. */
const metadataAddresses: ReadonlySet<string> = new Set([
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
]);

/**
 * Whether a host is one that no provider has: link-local (169.254.0.0/16, fe80::/10), or where a cloud keeps a machine's own
 * credentials. `host` as in `URL.hostname`, or an address as the system resolves one.
 */
export function isMachineLocal(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
  if (metadataNames.has(name) || metadataAddresses.has(name)) return true;
  if (!name.includes(':')) return name.startsWith('169.254.') && /^[\d.]+$/.test(name);
  if (/^fe[89ab][0-9a-f]:/.test(name)) return true;
  const within = ipv4Within(name);
  return within !== null && isMachineLocal(within);
}

/** How IPv6 addresses hold one of IPv4: mapped (`::ffff:a9fe:a9fe`) and NAT64 (`64:ff9b::…`), NAT64 of one's own, 6to4. */
const embedding = [
  /^(?:::ffff:(?:0:)?|::|64:ff9b::)(.+)$/,
  /^64:ff9b:1:.*?([0-9a-f]{1,4}:[0-9a-f]{1,4}|[\d.]+)$/,
  /^2002:([0-9a-f]{1,4}:[0-9a-f]{1,4}):/,
];

/** The IPv4 address that an IPv6 one stands for, or null. */
function ipv4Within(name: string): string | null {
  const [rest] = embedding.flatMap((form) => form.exec(name)?.[1] ?? []);
  if (rest === undefined) return null;
  if (/^[\d.]+$/.test(rest)) return rest.includes('.') ? rest : null;
  const words = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(rest);
  if (!words) return null;
  const [high, low] = [words[1] ?? '', words[2] ?? ''].map((word) => Number.parseInt(word, 16));
  if (high === undefined || low === undefined) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
