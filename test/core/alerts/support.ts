import type { Watched } from '../../../server/core/alerts/concerns.ts';
import type { AlertSettings } from '../../../server/core/alerts/types.ts';
import type { IncidentRow } from '../../../server/core/incidents/report.ts';

export const start = 1_760_000_000_000;
export const second = 1_000;
export const minute = 60 * second;

export function destination(changes: Partial<AlertSettings> = {}): AlertSettings {
  return {
    name: 'team',
    kind: 'webhook',
    url: 'https://hooks.example/x',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    previousSecret: null,
    routingKey: null,
    allowLinkLocal: false,
    on: ['page', 'notify'],
    errors: 3,
    holdMs: 30 * second,
    remindMs: 30 * minute,
    chains: null,
    ...changes,
  };
}

export function incident(changes: Partial<IncidentRow> = {}): IncidentRow {
  return {
    id: 14,
    state: 'open',
    title: 'deepseek-v3 stopped answering',
    beganAt: start,
    detectedAt: start,
    mitigatedAt: null,
    backAt: null,
    resolvedAt: null,
    quietUntil: null,
    providers: ['deepseek-v3'],
    chains: ['lucy'],
    errors: 0,
    openings: 1,
    ...changes,
  };
}

export function chain(verdict: 'proven' | 'nobody', changes: Partial<Watched['chains'][number]> = {}) {
  const next = verdict === 'nobody' ? null : 'qwen-72b';
  return {
    chain: 'lucy',
    providers: ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'],
    carrier: 'llama-3.3-70b',
    ifCarrierGoes: { verdict, next, sentence: 'callers of lucy would get errors until somebody is back' },
    ...changes,
  } satisfies Watched['chains'][number];
}
