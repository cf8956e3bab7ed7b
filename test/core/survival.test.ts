import { expect, test } from 'vitest';
import type { Survival } from '../../server/core/overview.ts';
import { type Loss, type Stand, survivalOf } from '../../server/core/survival.ts';

const now = 1_760_000_000_000;
const minute = 60_000;

const stand = (changes: Partial<Stand> = {}): Stand => ({
  provider: 'qwen-72b',
  check: { kind: 'standby', at: now - 3 * minute, ok: true, word: 'ok' },
  lastSuccessAt: null,
  mostCarriedPerSecond: 50,
  room: { headroom: null, spentUntil: null },
  ...changes,
});

const limited = (callsAMinute: number | null): Partial<Stand> => {
  const headroom = { counts: 'requests' as const, left: 100, limit: 5_000, callsAMinute, until: now + minute };
  return { room: { headroom, spentUntil: null } };
};

const failedCheck = { kind: 'standby', at: now - 3 * minute, ok: false, word: '401' } as const;

/** What is different from a chain that llama carries at 41 requests a second, with a well-proven qwen behind it. */
const table: [name: string, loss: Partial<Loss>, verdict: Survival['verdict'], sentence: string][] = [
  [
    'one that carried more, and answered a check just now, is proven',
    {},
    'proven',
    'qwen-72b answered its standby check 3 min ago, and has carried 50 requests a second; it would have to carry 41',
  ],
  [
    'one whose rate limit lets less through is not',
    { next: stand(limited(120)) },
    'notProven',
    'qwen-72b answered its standby check 3 min ago, but its rate limit lets 120 through in the coming minute: it would have to carry 41 requests a second',
  ],
  [
    'one whose rate limit lets enough through says so',
    { next: stand(limited(5_100)) },
    'proven',
    'qwen-72b answered its standby check 3 min ago, and has carried 50 requests a second and its rate limit lets 5,100 through in the coming minute; it would have to carry 41',
  ],
  [
    'one that says that nothing is left is not',
    { next: stand({ room: { headroom: null, spentUntil: now + 30_000 } }) },
    'notProven',
    'qwen-72b answered its standby check 3 min ago, but says that its rate limit is used up now',
  ],
  [
    'a limit of which nothing can be told hides nothing',
    { next: stand(limited(null)) },
    'proven',
    'qwen-72b answered its standby check 3 min ago, and has carried 50 requests a second; it would have to carry 41',
  ],
  [
    'one that carried less is not',
    { next: stand({ mostCarriedPerSecond: 12 }) },
    'notProven',
    'qwen-72b answered its standby check 3 min ago, but has never carried more than 12 of the 41 requests a second',
  ],
  [
    'one that carried nothing is not',
    { next: stand({ mostCarriedPerSecond: 0 }) },
    'notProven',
    'qwen-72b answered its standby check 3 min ago, but has never carried any of the 41 requests a second',
  ],
  [
    'one that failed its check is not, whatever it carried, traffic or none',
    { next: stand({ check: failedCheck }), ratePerSecond: 0 },
    'notProven',
    'qwen-72b failed its standby check (401) 3 min ago',
  ],
  [
    'a caller answered since is worth more than a failed check',
    { next: stand({ check: failedCheck, lastSuccessAt: now - 10_000 }) },
    'proven',
    'qwen-72b answered a caller just now, and has carried 50 requests a second; it would have to carry 41',
  ],
  [
    'a check that failed since is worth more than an answer',
    { next: stand({ check: failedCheck, lastSuccessAt: now - 4 * minute }) },
    'notProven',
    'qwen-72b failed its standby check (401) 3 min ago',
  ],
  [
    'one that never answered is not proven',
    { next: stand({ check: null }) },
    'notProven',
    'qwen-72b has never answered here, neither a caller nor a check',
  ],
  [
    'a proof of long ago is none',
    { next: stand({ check: null, lastSuccessAt: now - 26 * 60 * minute }) },
    'notProven',
    'qwen-72b answered a caller 1 d ago, and nobody has asked it since',
  ],
  [
    'a proof of an hour ago still counts',
    { next: stand({ check: { kind: 'hand', at: now - 60 * minute, ok: true, word: 'ok' } }), ratePerSecond: 2.54 },
    'proven',
    'qwen-72b answered a probe by hand 1 h ago, and has carried 50 requests a second; it would have to carry 2.5',
  ],
  [
    'without traffic there is nothing to compare with',
    { ratePerSecond: 0 },
    'noTraffic',
    'qwen-72b answered its standby check 3 min ago; there is no traffic to carry now',
  ],
  [
    'with nobody behind it nobody is next',
    { next: null },
    'nobody',
    'callers of lucy would get errors until somebody is back',
  ],
  ['with nobody at all nobody is next', { carrier: null }, 'nobody', 'callers of lucy get errors now'],
  [
    'a clock that was set back makes no answer come tomorrow',
    { next: stand({ check: null, lastSuccessAt: now + 60 * minute }) },
    'proven',
    'qwen-72b answered a caller just now, and has carried 50 requests a second; it would have to carry 41',
  ],
];

test.each(table)('%s', (_name, loss, verdict, sentence) => {
  const whole: Loss = { chain: 'lucy', now, carrier: 'llama-3.3-70b', next: stand(), ratePerSecond: 41, ...loss };
  const next = verdict === 'nobody' ? null : 'qwen-72b';
  expect(survivalOf(whole)).toEqual({ verdict, next, sentence });
});
