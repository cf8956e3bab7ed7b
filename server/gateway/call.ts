import type { Board, Permit } from '../circuits/board.ts';
import type { ChatRequest } from '../core/body.ts';
import type { Settlement } from '../core/circuit/settle.ts';
import { dialects } from '../core/dialects/dialects.ts';
import type { Log } from '../core/log.ts';
import { judge } from '../core/outcome.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import { Attempt, type AttemptTools } from './attempt.ts';
import type { Interrupt } from './interrupt.ts';
import type { Ledger } from './ledger.ts';
import { settlementOf } from './settlement.ts';

export interface CallTools extends AttemptTools {
  board: Pick<Board, 'answered' | 'settle'>;
  log: Log;
}

/** The attempt that a permit is out for, so that it can be evacuated. */
export interface Running {
  attempt: Attempt | null;
}

/** One permitted call of one provider, on behalf of one request. */
export interface PermittedCall {
  /** Of the request. */
  id: string;
  request: ChatRequest;
  provider: ProviderSettings;
  permit: Permit;
  /** Backoff waited before it, ms. */
  waitMs: number;
  taker: Taker;
  interrupt: Interrupt;
  ledger: Ledger;
  /** Keyed hash of the body, asked for only when a failure may be the prompt's own fault. */
  bodyHash: () => string;
}

/**
 * Makes the call, writes it into the ledger, and settles its permit, whatever happens. Null: a whole answer; else what
 * its failure meant.
 */
export async function makeCall(tools: CallTools, call: PermittedCall, running: Running): Promise<Verdict | null> {
  const { board, clock } = tools;
  const { provider, permit, ledger } = call;
  let settlement: Settlement = { result: 'neutral' };
  try {
    const attempt = new Attempt(tools, {
      provider,
      request: call.request,
      taker: call.taker,
      interrupt: call.interrupt,
      onContent: () => board.answered(permit),
    });
    running.attempt = attempt;
    const end = await attempt.run();
    const secrets = provider.apiKey === null ? [] : [provider.apiKey];
    const verdict = end.seen && judge(end.seen, clock.wall(), { secrets, dialect: dialects[provider.dialect] });
    const attemptId = `${call.id}/${ledger.nextOrdinal}`;
    settlement = settlementOf(verdict, attemptId, call.bodyHash);
    ledger.tried({ provider, permit, waitMs: call.waitMs, end, verdict });
    if (end.dropped > 0) noteDropped(tools, { attempt: attemptId, provider: provider.name, events: end.dropped });
    return verdict;
  } finally {
    // Whoever still remembers the permit must not keep the whole request alive with it.
    running.attempt = null;
    board.settle(permit, settlement);
  }
}

function noteDropped(tools: CallTools, context: { attempt: string; provider: string; events: number }): void {
  tools.log.info(context, 'A provider sent events between good ones that are no part of an answer; they were dropped.');
}
