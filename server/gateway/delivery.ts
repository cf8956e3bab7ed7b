import type { ChatRequest } from '../core/body.ts';
import type { Clock } from '../core/clock.ts';
import { errorBody } from '../core/errors.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Taker } from './answer.ts';
import type { Caller } from './caller.ts';
import { Collector } from './collect.ts';
import type { WalkEnd } from './failover.ts';
import type { Ledger } from './ledger.ts';
import type { Outcome } from './record.ts';
import { Relay } from './relay.ts';
import { brokenAnswer, errorOfWalk, headerText } from './reply.ts';

/** Nobody got this status; access logs elsewhere know it as "client closed request". */
const CALLER_LEFT_STATUS = 499;

/** What one caller is given: its answer while it comes, and the end of the walk; and the note of what it got. */
export class Delivery {
  outcome: Outcome = {
    result: 'failed',
    status: 500,
    errorCode: 'internal_error',
    servedBy: null,
    firstTokenMs: null,
  };
  private readonly call: { id: string; caller: Caller; startedNow: number };
  private readonly request: ChatRequest;
  private readonly ledger: Ledger;
  private readonly clock: Clock;
  private relay: Relay | null = null;
  private collector: Collector | null = null;

  constructor(
    call: { id: string; caller: Caller; startedNow: number },
    options: { request: ChatRequest; ledger: Ledger; clock: Clock },
  ) {
    this.call = call;
    this.request = options.request;
    this.ledger = options.ledger;
    this.clock = options.clock;
  }

  /** A fresh taker: what a failed attempt brought is forgotten with it. */
  takerFor(provider: ProviderSettings): Taker {
    if (!this.request.stream) {
      this.collector = new Collector();
      return this.collector;
    }
    this.relay = new Relay({
      caller: this.call.caller,
      includeUsage: this.request.includeUsage,
      headers: () => this.streamHeaders(provider.name),
      onCommit: () => this.noteFirstToken(),
    });
    return this.relay;
  }

  /** Gives the caller the end of the walk. */
  finish(walked: WalkEnd): void {
    if (walked.end === 'answered') this.finishWhole(walked.provider.name);
    else if (walked.end === 'broken') this.finishBroken(walked);
    else this.finishWithError(walked);
  }

  private finishWhole(provider: string): void {
    this.note({ result: 'succeeded', status: 200, errorCode: null, servedBy: provider });
    if (this.relay) {
      this.relay.finish();
      return;
    }
    this.noteFirstToken();
    const headers = { ...this.headers(), 'x-recloser-provider': headerText(provider) };
    this.call.caller.send({ status: 200, headers, body: this.collector?.answer() });
  }

  private finishBroken({ provider, verdict }: Extract<WalkEnd, { end: 'broken' }>): void {
    const error = brokenAnswer(provider.name, verdict);
    this.note({ result: 'interrupted', status: 200, errorCode: error.code, servedBy: provider.name });
    this.relay?.fail(errorBody(error, this.ledger.notes()));
  }

  private finishWithError(walked: Exclude<WalkEnd, { end: 'answered' | 'broken' }>): void {
    const reply = errorOfWalk(walked, this.ledger);
    if (walked.end === 'stopped' && walked.reason === 'callerLeft') {
      const servedBy = this.relay?.committed ? (this.ledger.attempts.at(-1)?.provider ?? null) : null;
      this.note({ result: 'cancelled', status: CALLER_LEFT_STATUS, errorCode: null, servedBy });
    } else {
      this.note({ result: 'failed', status: reply.status, errorCode: reply.errorCode, servedBy: null });
    }
    this.call.caller.send({ ...reply, headers: { ...this.headers(), ...reply.headers } });
  }

  private headers(): Record<string, string> {
    return { 'x-recloser-request-id': this.call.id, 'x-recloser-trail': this.ledger.trail() };
  }

  /** Sent while the attempt still runs: its provider is the one that answers. */
  private streamHeaders(provider: string): Record<string, string> {
    return {
      'x-recloser-request-id': this.call.id,
      'x-recloser-trail': this.ledger.trail({ provider, word: 'ok' }),
      'x-recloser-provider': headerText(provider),
    };
  }

  private note(got: Omit<Outcome, 'firstTokenMs'>): void {
    this.outcome = { ...got, firstTokenMs: this.outcome.firstTokenMs };
  }

  private noteFirstToken(): void {
    this.outcome.firstTokenMs = Math.round(this.clock.now() - this.call.startedNow);
  }
}
