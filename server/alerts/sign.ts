import { createHmac } from 'node:crypto';

interface Signed {
  id: string;
  /** Ms since 1970. */
  at: number;
  body: string;
  /** As `whsec_…`; the first is the one in use, a second is on its way out. */
  secrets: readonly string[];
}

/** The headers of a signed webhook, by the specification 1.0 of github.com/standard-webhooks: HMAC-SHA256, version 1. */
export function signatureHeaders({ id, at, body, secrets }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
