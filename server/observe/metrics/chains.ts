import type { Survival } from '../../core/overview.ts';
import type { RequestOutcome } from '../../core/records.ts';
import type { ChainTotals } from '../totals.ts';
import { bit } from './circuits.ts';
import type { Family, Moment } from './family.ts';

const outcomes: readonly RequestOutcome[] = ['succeeded', 'failed', 'refused', 'interrupted', 'cancelled'];
const verdicts: readonly Survival['verdict'][] = ['proven', 'notProven', 'nobody', 'noTraffic'];

/** What callers of each chain felt, and what it would bear. */
export const chainFamilies: readonly Family[] = [
  {
    type: 'counter',
    name: 'recloser_requests_total',
    help: 'Requests of callers that ended: succeeded; failed (an error before any content); refused (the request itself was at fault); interrupted (a broken answer); cancelled (the caller left).',
    labels: ['chain', 'outcome'],
    read: ({ totals }) =>
      [...totals.chains].flatMap(([chain, sums]) =>
        outcomes.map((outcome) => [{ chain, outcome }, sums.outcomes[outcome]] as const),
      ),
  },
  counter({
    name: 'recloser_fallback_answers_total',
    help: 'Answers by another provider than the first of the chain.',
    of: ({ byFallback }) => byFallback,
  }),
  counter({
    name: 'recloser_rescued_answers_total',
    help: 'Answers that broke after their first content and were gone on with to their end.',
    of: ({ rescued }) => rescued,
  }),
  {
    type: 'histogram',
    name: 'recloser_request_first_token_seconds',
    help: 'From the start of a request to the first content its caller got.',
    labels: ['chain'],
    read: ({ totals }) => [...totals.chains].map(([chain, { firstToken }]) => [{ chain }, firstToken] as const),
  },
  {
    type: 'histogram',
    name: 'recloser_request_duration_seconds',
    help: 'From the start of a request to its end.',
    labels: ['chain'],
    read: ({ totals }) => [...totals.chains].map(([chain, { duration }]) => [{ chain }, duration] as const),
  },
  {
    type: 'gauge',
    name: 'recloser_chain_providers',
    help: 'Providers of the chain.',
    labels: ['chain'],
    read: ({ chains }) => chains.map(({ chain, providers }) => [{ chain }, providers.length] as const),
  },
  {
    type: 'gauge',
    name: 'recloser_chain_available_providers',
    help: 'Providers of the chain whose circuit would take a request now.',
    labels: ['chain'],
    read: (moment) => moment.chains.map(({ chain, providers }) => [{ chain }, available(moment, providers)] as const),
  },
  {
    type: 'gauge',
    name: 'recloser_chain_carrier',
    help: 'Who carries the traffic of the chain now: 1 for that provider, 0 for the others.',
    labels: ['chain', 'provider'],
    read: ({ chains }) =>
      chains.flatMap(({ chain, providers, carrier }) =>
        providers.map((provider) => [{ chain, provider }, bit(provider === carrier)] as const),
      ),
  },
  {
    type: 'gauge',
    name: 'recloser_chain_survival',
    help: 'Whether the chain would survive the loss of its carrier: 1 for the verdict. nobody: callers would get errors; notProven: nothing shows that the next one bears it.',
    labels: ['chain', 'verdict'],
    read: ({ chains }) =>
      chains.flatMap(({ chain, ifCarrierGoes }) =>
        verdicts.map((verdict) => [{ chain, verdict }, bit(ifCarrierGoes.verdict === verdict)] as const),
      ),
  },
];

function counter(given: { name: string; help: string; of: (sums: ChainTotals) => number }): Family {
  const { of, ...named } = given;
  return {
    ...named,
    type: 'counter',
    labels: ['chain'],
    read: ({ totals }) => [...totals.chains].map(([chain, sums]) => [{ chain }, of(sums)] as const),
  };
}

function available({ circuits }: Moment, providers: readonly string[]): number {
  return circuits.filter(
    ({ provider, state }) => providers.includes(provider) && (state === 'closed' || state === 'heldClosed'),
  ).length;
}
