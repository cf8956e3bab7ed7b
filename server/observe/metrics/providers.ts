import type { AttemptOutcome, ProbeRecord } from '../../core/records.ts';
import type { ProviderTotals } from '../totals.ts';
import type { Family } from './family.ts';

/** A skip is no attempt: it has a counter of its own. */
const outcomes: readonly AttemptOutcome[] = ['succeeded', 'failed', 'cancelled'];
const probeKinds: readonly ProbeRecord['kind'][] = ['standby', 'recheck', 'hand'];
const nanoDollars = 1e9;

/** What each provider was asked and did. Drills are not in here. */
export const providerFamilies: readonly Family[] = [
  {
    type: 'counter',
    name: 'recloser_attempts_total',
    help: 'Calls made for callers. cancelled: let go, which says nothing of the provider.',
    labels: ['provider', 'outcome'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, sums]) =>
        outcomes.map((outcome) => [{ provider, outcome }, sums.outcomes[outcome]] as const),
      ),
  },
  {
    type: 'counter',
    name: 'recloser_attempt_failures_total',
    help: 'Failed attempts by kind.',
    labels: ['provider', 'kind'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, { failures }]) =>
        [...failures].map(([kind, count]) => [{ provider, kind }, count] as const),
      ),
  },
  {
    type: 'counter',
    name: 'recloser_skips_total',
    help: 'Attempts that were not made, by the reason (open, throttled, tripped, …).',
    labels: ['provider', 'reason'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, { skips }]) =>
        [...skips].map(([reason, count]) => [{ provider, reason }, count] as const),
      ),
  },
  {
    type: 'histogram',
    name: 'recloser_attempt_first_token_seconds',
    help: 'From the start of an attempt to its first content.',
    labels: ['provider'],
    read: ({ totals }) =>
      [...totals.providers].map(([provider, { firstToken }]) => [{ provider }, firstToken] as const),
  },
  {
    type: 'counter',
    name: 'recloser_tokens_total',
    help: 'Tokens of the attempts, as reported, or estimated where nobody reports.',
    labels: ['provider', 'type'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, { inputTokens, outputTokens }]) => [
        [{ provider, type: 'input' }, inputTokens] as const,
        [{ provider, type: 'output' }, outputTokens] as const,
      ]),
  },
  counter({
    name: 'recloser_cost_dollars_total',
    help: 'US dollars that attempts have cost, of those whose cost is known.',
    of: ({ costNanoUsd }) => costNanoUsd / nanoDollars,
  }),
  counter({
    name: 'recloser_unpriced_attempts_total',
    help: 'Attempts whose cost is not known.',
    of: ({ unpriced }) => unpriced,
  }),
  {
    type: 'counter',
    name: 'recloser_probes_total',
    help: 'Calls of our own: standby (no traffic), recheck (open), hand (an operator asked).',
    labels: ['provider', 'kind', 'result'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, { probes }]) =>
        probeKinds.flatMap((kind) =>
          (['good', 'bad'] as const).map((result) => [{ provider, kind, result }, probes[kind][result]] as const),
        ),
      ),
  },
];

function counter(given: { name: string; help: string; of: (sums: ProviderTotals) => number }): Family {
  const { of, ...named } = given;
  return {
    ...named,
    type: 'counter',
    labels: ['provider'],
    read: ({ totals }) => [...totals.providers].map(([provider, sums]) => [{ provider }, of(sums)] as const),
  };
}
