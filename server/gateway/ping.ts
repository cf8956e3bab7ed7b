import { readRequest } from '../core/body.ts';
import { dialects } from '../core/dialects/dialects.ts';
import { chargeOf, costNanoUsd } from '../core/money.ts';
import { judge } from '../core/outcome.ts';
import type { PingResult } from '../core/ping.ts';
import type { ProviderSettings } from '../core/settings.ts';
import { Attempt } from './attempt.ts';
import { Collector } from './collect.ts';
import type { AttemptTools } from './errand.ts';
import type { Interrupt } from './interrupt.ts';
import { secretsOf } from './secretsOf.ts';
import { settlementOf } from './settlement.ts';

/** One token of output at most, and next to none of input. */
const question = Buffer.from(
  JSON.stringify({ model: 'ping', messages: [{ role: 'user', content: 'ping' }], max_tokens: 1 }),
);

/**
 * Asks a provider for one token, on the same path as a caller's request. Its circuit is not asked and not told: what it
 * should be told is in `settlement`. Never rejects. `id` names the call in the evidence of a transition.
 */
export async function pingProvider(
  tools: AttemptTools,
  provider: ProviderSettings,
  { id, interrupt }: { id: string; interrupt: Interrupt },
): Promise<PingResult> {
  const read = readRequest(question);
  if (!read.ok) throw new Error(read.error.message);
  const taker = new Collector();
  const attempt = new Attempt(tools, {
    provider,
    request: read.request,
    taker,
    interrupt,
    onContent: () => {},
  });
  const end = await attempt.run();
  const secrets = secretsOf(provider);
  const verdict = end.seen && judge(end.seen, tools.clock.wall(), { secrets, dialect: dialects[provider.dialect] });
  const { abort } = dialects[provider.dialect];
  const charge = chargeOf(
    {
      reported: end.usage,
      kind: verdict?.kind ?? null,
      status: end.status,
      contentSeen: end.firstTokenMs !== null,
      characters: end.characters,
      promptTokens: read.request.facts.promptTokens,
    },
    abort,
  );
  return {
    ok: verdict === null,
    word: verdict?.word ?? 'ok',
    status: verdict?.status ?? end.status,
    ms: end.durationMs,
    costNanoUsd: costNanoUsd(charge.usage, provider.price),
    // All pings have the same body: were it charged as a poisonous prompt, a dead provider would be charged once.
    settlement: settlementOf(verdict, `${id}/0`, () => id),
  };
}
