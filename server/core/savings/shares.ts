import type { Dialect } from '../dialects/types.ts';
import type { FailureKind } from '../wire.ts';
import type { Range, SeenFailure } from './types.ts';

/** What a vendor bills of a call that fails, by how it fails. */

export const billingKinds = ['refused', 'error', 'timeout', 'broken'] as const;
/**
 * `refused`: no answer began. `error`: a 4xx or 5xx before any content. `timeout`: we stopped waiting. `broken`: it took the
 * call and then failed by itself.
 */
export type BillingKind = (typeof billingKinds)[number];

/** Shares from 0 to 1; null: not known, which is 0 at the low end of a range and 1 at the high end. */
export interface BillingShare {
  promptShare: number | null;
  outputShare: number | null;
  /** Where that is written; null: nowhere. */
  source: string | null;
  /** When it was read there, as a date; null with the source. */
  dated: string | null;
}

/** What an operator knows better of one provider: a row of `billing_shares`. It stands instead of what the vendor's table says. */
export interface BillingShareRecord extends BillingShare {
  provider: string;
  kind: BillingKind;
  by: string;
  /** Ms since 1970. */
  at: number;
  reason: string;
}

export type ProviderShares = Readonly<Record<BillingKind, BillingShare>>;

/** That what was never answered is not charged is documented by these two (read 2026-11-25), and by nobody denied. */
const noCharge =
  'https://ai.google.dev/gemini-api/docs/billing, https://openrouter.ai/docs/features/zero-completion-insurance';
const noChargeDated = '2026-11-25';

/** What is billed for errors and refusals, and nothing known of the rest. */
export const generalShares: ProviderShares = {
  refused: { promptShare: 0, outputShare: 0, source: noCharge, dated: noChargeDated },
  error: { promptShare: 0, outputShare: 0, source: noCharge, dated: noChargeDated },
  timeout: { promptShare: null, outputShare: null, source: null, dated: null },
  broken: { promptShare: null, outputShare: null, source: null, dated: null },
};

/** As the vendor's own table says it. A vendor that writes on after we hang up may bill what nobody reads. */
export function sharesOf({ abort, checkedOn }: Dialect): ProviderShares {
  const from = { source: abort.source, dated: abort.source === null ? null : checkedOn };
  return {
    ...generalShares,
    timeout: { promptShare: abort.promptShare, outputShare: abort.writesOn === false ? 0 : null, ...from },
    broken: { promptShare: abort.failedShare, outputShare: abort.failedShare === 0 ? 0 : null, ...from },
  };
}

const kindOf: Partial<Record<FailureKind, BillingKind>> = {
  connect: 'refused',
  reset: 'refused',
  serverError: 'error',
  throttled: 'error',
  credentials: 'error',
  balance: 'error',
  model: 'error',
  contextLength: 'error',
  contentFilter: 'error',
  requestRefused: 'error',
  firstToken: 'timeout',
  idle: 'timeout',
  total: 'timeout',
  answer: 'timeout',
  abandoned: 'timeout',
  malformed: 'broken',
  empty: 'broken',
  cut: 'broken',
};

/** How a failure of this kind is billed; null: nobody can say. */
export function billingKindOf(failureKind: string | null): BillingKind | null {
  return failureKind !== null && Object.hasOwn(kindOf, failureKind)
    ? (kindOf[failureKind as FailureKind] ?? null)
    : null;
}

/** The shares of a bill as failures of several kinds weigh them. */
export interface WeighedShares {
  prompt: Range;
  output: Range;
  /** Every share in them is known, and written down somewhere. */
  documented: boolean;
}

/** The mean over the failures of one opening. Of a failure that nobody knows the kind of, it is anything from the least to the most. */
export function weighShares(failures: readonly SeenFailure[], shares: ProviderShares): WeighedShares {
  const all = Object.values(shares);
  const known = failures.map(({ kind }) => billingKindOf(kind)).map((kind) => (kind === null ? all : [shares[kind]]));
  const possible = known.length === 0 ? [all] : known;
  const mean = (of: (among: BillingShare[]) => number): number =>
    Math.min(1, possible.reduce((sum, among) => sum + of(among), 0) / possible.length);
  const range = (key: 'promptShare' | 'outputShare'): Range => ({
    low: mean((among) => Math.min(...among.map((share) => share[key] ?? 0))),
    high: mean((among) => Math.max(...among.map((share) => share[key] ?? 1))),
  });
  return {
    prompt: range('promptShare'),
    output: range('outputShare'),
    documented: possible.every(
      ([share, ...others]) => others.length === 0 && share !== undefined && isDocumented(share),
    ),
  };
}

function isDocumented({ promptShare, outputShare, source }: BillingShare): boolean {
  return promptShare !== null && outputShare !== null && source !== null;
}
