import type { Board, Permit } from '../circuits/board.ts';
import type { ChatRequest } from '../core/body.ts';
import type { Settlement } from '../core/circuit/settle.ts';
import { dialects } from '../core/dialects/dialects.ts';
import type { Log } from '../core/log.ts';
import { judge } from '../core/outcome.ts';
import type { Pace } from '../core/pace.ts';
import { readRateLimits } from '../core/rateLimits.ts';
import type { AttemptRecord, RescueWay } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import { Attempt } from './attempt.ts';
import { paceKindOf } from './clocks.ts';
import { forDrill } from './drillTools.ts';
import type { AttemptTools } from './errand.ts';
import type { Interrupt } from './interrupt.ts';
import type { Ledger } from './ledger.ts';
import { secretsOf } from './secretsOf.ts';
import { settlementOf } from './settlement.ts';
import type { Suspicion } from './suspicion.ts';

export interface CallTools extends AttemptTools {
  board: Pick<Board, 'answered' | 'heard' | 'settle'>;
  pace: Pace;
  suspicion: Suspicion;
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
  /** For a call that may run beside others. */
  race?: CallInRace | undefined;
  /** For a call that goes on with a begun answer. */
  rescue?: CallInRescue | undefined;
}

export interface CallInRescue {
  way: RescueWay;
  /** What its failure means here. */
  soften: (verdict: Verdict) => Verdict;
}

export interface CallInRace {
  raced: AttemptRecord['raced'];
  /** The call begins, and this is its row. */
  onBegin: (row: AttemptRecord) => void;
  /** Its first content came. False: another was first. */
  onContent: () => boolean;
  /** Nothing has come from its provider for long. `mustEnd`: the circuit has to hear how this one ends. */
  onSuspicion: (mustEnd: boolean) => void;
}

/**
 * Makes the call, writes it into the ledger, and settles its permit, whatever happens. Null: a whole answer; else what
 * its failure meant.
 */
export async function makeCall(given: CallTools, call: PermittedCall, running: Running): Promise<Verdict | null> {
  const drill = call.ledger.drillOf(call.provider.name);
  const tools = drill === null ? given : forDrill(given, call.permit);
  const { board, clock } = tools;
  const { provider, permit, ledger } = call;
  const dialect = dialects[provider.dialect];
  const kind = paceKindOf(provider, call.request);
  const row = ledger.begin({ provider, permit, waitMs: call.waitMs, raced: call.race?.raced ?? null });
  row.way = call.rescue?.way ?? null;
  const attemptId = `${call.id}/${row.ordinal}`;
  let settlement: Settlement = { result: 'neutral' };
  let lost = false;
  const watch = tools.suspicion.watch(call, kind);
  try {
    const attempt = new Attempt(tools, {
      provider,
      request: call.request,
      taker: call.taker,
      interrupt: call.interrupt,
      drill,
      headers: ledger.headersFor(row),
      onHeaders: (headers) => board.heard(permit, readRateLimits(headers, dialect.limits, clock.wall())),
      onContent: (firstTokenMs) => {
        watch.stop();
        tools.pace.add(kind, firstTokenMs);
        board.answered(permit);
        lost = call.race?.onContent() === false;
        if (!lost) row.word = 'ok';
      },
      onSign: watch.sign,
    });
    running.attempt = attempt;
    call.race?.onBegin(row);
    const end = await attempt.run();
    const hard = end.seen && judge(end.seen, clock.wall(), { secrets: secretsOf(provider), dialect });
    const verdict = hard && (call.rescue?.soften(hard) ?? hard);
    settlement = settlementOf(verdict, attemptId, call.bodyHash);
    ledger.tried(row, { provider, end, verdict, lost });
    if (end.dropped > 0)
      noteDropped(tools, { request: call.id, attempt: attemptId, provider: provider.name, events: end.dropped });
    return verdict;
  } finally {
    watch.stop();
    // Whoever still remembers the permit must not keep the whole request alive with it.
    running.attempt = null;
    board.settle(permit, settlement);
  }
}

function noteDropped(
  tools: CallTools,
  context: { request: string; attempt: string; provider: string; events: number },
): void {
  tools.log.info(context, 'A provider sent events between good ones that are no part of an answer; they were dropped.');
}
