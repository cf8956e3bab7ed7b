import type { ChatRequest } from '../core/body.ts';
import type { Clock } from '../core/clock.ts';
import { errorBody } from '../core/errors.ts';
import { Sent } from '../core/sent.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Taker } from './answer.ts';
import type { Caller } from './caller.ts';
import { Collector } from './collect.ts';
import type { WalkEnd } from './journey.ts';
import type { Ledger } from './ledger.ts';
import type { HeldAnswer } from './limits.ts';
import type { Outcome } from './record.ts';
import { Relay } from './relay.ts';
import { brokenAnswer, errorOfWalk, headerText, isCallersOwn } from './reply.ts';

/** Nobody got this status; access logs elsewhere know it as "client closed request". */
const CALLER_LEFT_STATUS = 499;

export interface DeliveryOptions {
  request: ChatRequest;
  ledger: Ledger;
  clock: Clock;
  /** Where what is given out of a stream is kept, for somebody to go on with it; null: it is not. */
  sentRoom: HeldAnswer | null;
  /** The caller has the first of a stream. */
  onCommit: () => void;
}

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
  private readonly room: HeldAnswer | null;
  private readonly onCommit: () => void;
  private relay: Relay | null = null;
  private collector: Collector | null = null;

  constructor(call: { id: string; caller: Caller; startedNow: number }, options: DeliveryOptions) {
    this.call = call;
    this.request = options.request;
    this.ledger = options.ledger;
    this.clock = options.clock;
    this.room = options.sentRoom;
    this.onCommit = options.onCommit;
  }

  /** A fresh taker: what a failed attempt brought is forgotten with it. */
  takerFor(provider: ProviderSettings): Taker {
    if (!this.request.stream) return new Collector(this.call.caller.held);
    const { room } = this;
    return new Relay({
      caller: this.call.caller,
      includeUsage: this.request.includeUsage,
      headers: () => this.answerHeaders(provider.name),
      onCommit: () => {
        this.noteFirstToken(provider.name);
        this.onCommit();
      },
      sent: room && new Sent((bytes) => room.take(bytes)),
    });
  }

  /** Of the takers that may run side by side, this one's attempt was first: it is the caller's from now on. */
  chose(taker: Taker): void {
    if (taker instanceof Relay) this.relay = taker;
    if (taker instanceof Collector) this.collector = taker;
  }

  /** The stream that the caller has the beginning of, and what of it; null: nobody could go on with it. */
  begun(): { relay: Relay; sent: Sent } | null {
    const { relay } = this;
    return relay?.committed && relay.sent ? { relay, sent: relay.sent } : null;
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
      if (this.request.includeUsage && this.ledger.attempts.some(({ way }) => way !== null))
        this.relay.usage(this.ledger.usage());
      this.relay.finish();
      return;
    }
    this.noteFirstToken(provider);
    const text = this.collector?.answerText() ?? 'null';
    this.call.caller.give({ status: 200, headers: this.answerHeaders(provider), text });
  }

  private finishBroken({ provider, verdict }: Extract<WalkEnd, { end: 'broken' }>): void {
    const error = brokenAnswer(provider.name, verdict);
    this.note({ result: 'interrupted', status: 200, errorCode: error.code, servedBy: provider.name });
    this.relay?.fail(errorBody(error, this.ledger.notes()));
  }

  private finishWithError(walked: Exclude<WalkEnd, { end: 'answered' | 'broken' }>): void {
    const reply = errorOfWalk(walked, this.ledger);
    if (walked.end === 'stopped' && walked.reason === 'callerLeft') {
      const servedBy = this.relay?.committed ? this.outcome.servedBy : null;
      this.note({ result: 'cancelled', status: CALLER_LEFT_STATUS, errorCode: null, servedBy });
    } else {
      const result = isCallersOwn(walked) ? 'refused' : 'failed';
      this.note({ result, status: reply.status, errorCode: reply.errorCode, servedBy: null });
    }
    this.call.caller.send({ ...reply, headers: { ...this.headers(), ...reply.headers } });
  }

  private headers(): Record<string, string> {
    return { 'x-recloser-request-id': this.call.id, 'x-recloser-trail': this.ledger.trail() };
  }

  /** Of a stream they are sent while the attempt still runs: its provider is the one that answers, and any other that runs reads as `raced`. */
  private answerHeaders(provider: string): Record<string, string> {
    return {
      'x-recloser-request-id': this.call.id,
      'x-recloser-trail': this.ledger.trail(),
      'x-recloser-provider': headerText(provider),
    };
  }

  private note(got: Omit<Outcome, 'firstTokenMs'>): void {
    Object.assign(this.outcome, got);
  }

  private noteFirstToken(provider: string): void {
    this.outcome.servedBy = provider;
    this.outcome.firstTokenMs = Math.round(this.clock.now() - this.call.startedNow);
  }
}
