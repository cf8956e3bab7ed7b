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
/** Metadata services outside of what is link-local: Alibaba's, Oracle's, and Amazon's and Google's by IPv6. */
const metadataAddresses: ReadonlySet<string> = new Set([
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
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

/** The IPv4 address that an IPv6 one stands for: mapped (`::ffff:a9fe:a9fe`), or by NAT64 (`64:ff9b::…`). */
function ipv4Within(name: string): string | null {
  const rest = /^(?:::ffff:(?:0:)?|::|64:ff9b::)(.+)$/.exec(name)?.[1];
  if (rest === undefined) return null;
  if (/^[\d.]+$/.test(rest)) return rest.includes('.') ? rest : null;
  const words = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(rest);
  if (!words) return null;
  const [high, low] = [words[1] ?? '', words[2] ?? ''].map((word) => Number.parseInt(word, 16));
  if (high === undefined || low === undefined) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
