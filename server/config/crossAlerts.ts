import type { DestinationKind } from '../core/alerts/types.ts';
import { isMachineLocal } from '../core/localAddress.ts';
import { checkChains } from './crossClients.ts';
import type { Path, Source } from './source.ts';

/** Which of the keys that say where and by what right each kind takes. */
const keysOfKind: Record<DestinationKind, { needs: readonly string[]; takes: readonly string[] }> = {
  webhook: { needs: ['url', 'secret'], takes: ['url', 'secret', 'previousSecret'] },
  slack: { needs: ['url'], takes: ['url'] },
  pagerduty: { needs: ['routingKey'], takes: ['routingKey', 'url'] },
};

const says: Record<string, string> = {
  url: 'the address to send to',
  secret: 'a secret for signing (whsec_…), which the receiver has too',
  previousSecret: 'a secret for signing',
  routingKey: 'the routing key of its Events v2 integration',
};

/** Destinations of alerts side by side: names of their own, what each kind needs, and addresses that are safe to send to. */
export function checkAlerts(source: Source): void {
  const alerts = source.at(['alerts']);
  if (!Array.isArray(alerts)) return;
  const names = new Map<string, number>();
  for (const index of alerts.keys()) {
    const path: Path = ['alerts', index];
    const name = source.at([...path, 'name']);
    const before = typeof name === 'string' ? names.get(name) : undefined;
    if (before !== undefined) {
      source.problem(
        [...path, 'name'],
        `this is the same name as that of alerts[${before}]: give each destination its own`,
      );
    } else if (typeof name === 'string' && name !== '') names.set(name, index);
    checkKeys(source, path);
    checkAddress(source, path);
    checkChains(source, [...path, 'chains']);
  }
}

function checkKeys(source: Source, path: Path): void {
  const kind = source.at([...path, 'kind']);
  if (typeof kind !== 'string' || !isKind(kind)) return;
  const { needs, takes } = keysOfKind[kind];
  for (const key of needs) {
    if (source.at([...path, key]) !== undefined || source.isBroken([...path, key])) continue;
    source.problem([...path, key], `this is missing: alerts by ${kind} need ${says[key]}`);
  }
  for (const key of Object.keys(says)) {
    if (takes.includes(key) || source.at([...path, key]) === undefined) continue;
    source.problem([...path, key], `alerts by ${kind} have no ${key}: leave it out, or correct the kind`);
  }
}

function isKind(word: string): word is DestinationKind {
  return Object.hasOwn(keysOfKind, word);
}

function checkAddress(source: Source, path: Path): void {
  const at = [...path, 'url'];
  const written = source.at(at);
  if (typeof written !== 'string' || source.isBroken(at) || !URL.canParse(written)) return;
  const { protocol, hostname } = new URL(written);
  if (isMachineLocal(hostname) && source.at([...path, 'allowLinkLocal']) !== true) {
    source.problem(
      at,
      "this is a link-local address, or where a cloud keeps this machine's credentials: correct it, or set allowLinkLocal: true for this destination",
    );
  }
  const isSecretOnTheWay = ['slack', 'pagerduty'].includes(String(source.at([...path, 'kind'])));
  if (protocol === 'http:' && isSecretOnTheWay && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) {
    source.problem(
      at,
      'what lets anybody send there would travel unencrypted: give an address that begins with https://',
    );
  }
}
