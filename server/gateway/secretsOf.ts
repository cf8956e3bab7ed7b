import type { ProviderSettings } from '../core/settings.ts';

const secretName = /auth|key|token|secret|cookie|password|credential/i;

/** What of a provider's settings must not be shown, should the provider say it in an error: its key, and headers that hold one. */
export function secretsOf({ apiKey, headers }: Pick<ProviderSettings, 'apiKey' | 'headers'>): string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
  return apiKey === null ? inHeaders : [apiKey, ...inHeaders];
}
