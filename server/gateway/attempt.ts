import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { choicesAsked, upstreamBody } from '../core/body.ts';
import { AnswerTooLargeError, NoContentError } from '../core/grow.ts';
import type { ClockName, Seen } from '../core/wire.ts';
import { Answer, type Taker } from './answer.ts';
import { Clocks, firstTokenClockMs, isStreamed } from './clocks.ts';
import { type Decoder, openDecoder } from './decode.ts';
import type { AttemptEnd, AttemptTools, Errand } from './errand.ts';
import { ErrorBody } from './errorBody.ts';
import type { Interrupt, InterruptReason } from './interrupt.ts';
import { flatHeaders, networkWord } from './upstream.ts';

/** Largest answer of a provider, after decompression. */
const ANSWER_BYTES = 64 * 1_024 * 1_024;
/** After the last finish reason only usage and `[DONE]` are to come: no reason to sit out a long idle clock. */
const AFTER_FINISH_MS = 5_000;

/** One call of one provider, with its clocks. Ends once, whatever happens, and lets go of the connection then. */
export class Attempt implements Dispatcher.DispatchHandler {
  private readonly tools: AttemptTools;
  private readonly errand: Errand;
  private taker: Taker;
  private readonly streamed: boolean;
  private readonly clocks: Clocks;
  private readonly resume = () => this.hold({ taker: false });
  private readonly startedAt: number;
  private readonly startedNow: number;
  private resolve: (end: AttemptEnd) => void = () => {};
  private reject: (error: unknown) => void = () => {};
  private offInterrupt: () => void = () => {};
  private controller: Dispatcher.DispatchController | null = null;
  private status: number | null = null;
  private headers: Record<string, string> = {};
  private answer: Answer | null = null;
  private decoder: Decoder | null = null;
  private errorBody: ErrorBody | null = null;
  private lingered: () => void = () => {};
  private bytesSeen = 0;
  private firstTokenMs: number | null = null;
  /** What may follow the last finish reason has its own time, which nothing makes longer. */
  private finishSeen = false;
  private heldByTaker = false;
  private heldByDecoder = false;
  private bodyEnded = false;
  private ended = false;

  constructor(tools: AttemptTools, errand: Errand) {
    this.tools = tools;
    this.errand = errand;
    this.taker = errand.taker;
    this.streamed = isStreamed(errand.provider, errand.request);
    this.clocks = new Clocks(tools.clock, (name, ms) => this.ranOut(name, ms));
    this.startedAt = tools.clock.wall();
    this.startedNow = tools.clock.now();
  }

  /** Makes the call. Resolves when it is over; rejects only by a defect of ours. */
  run(): Promise<AttemptEnd> {
    const { provider, request, interrupt, drill = null, headers = null } = this.errand;
    const done = new Promise<AttemptEnd>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.offInterrupt = interrupt.onRaise((reason) => this.interrupted(reason));
    this.clocks.start('connect', provider.timeouts.connectMs);
    this.clocks.start('total', provider.timeouts.totalMs);
    this.clocks.start(this.streamed ? 'firstToken' : 'answer', firstTokenClockMs(provider, request));
    try {
      const body = upstreamBody(request, provider, { stream: this.streamed });
      this.tools.upstream.post({ provider: provider.name, drill, headers }, body, this);
    } catch (error) {
      this.end({ seen: 'connect', message: networkWord(error) });
    }
    return done;
  }

  /** Ends it from outside: nobody wants this answer any more. Content that flows is not evacuated. */
  evacuate(): void {
    if (!this.answer?.contentSeen) this.end({ seen: 'evacuated' });
  }

  /** Nobody wants it any more: another attempt of its request was first, or the deadline has passed. */
  letGo(why: 'raced' | 'deadline'): void {
    this.end({ seen: why });
  }

  /** Nobody wants it any more, but how it ends is to be known: it goes on, and nobody gets what it brings. */
  goOnAlone(interrupt: Interrupt): void {
    if (this.ended) return;
    this.taker = nobody;
    this.answer?.giveTo(nobody);
    this.offInterrupt();
    this.offInterrupt = interrupt.onRaise((reason) => this.interrupted(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.ended) controller.abort(new Error('the attempt is over'));
    else this.clocks.stop('connect');
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.ended || status < 200) return;
    this.status = status;
    this.headers = flatHeaders(headers);
    this.errand.onHeaders?.(this.headers);
    if (status >= 300) {
      this.clocks.stopAll();
      this.errand.onSign?.();
      this.errorBody = new ErrorBody(this.tools.clock, (body) =>
        this.end({ seen: 'status', status, headers: this.headers, body }),
      );
    } else {
      this.answer = this.openAnswer();
      if (!this.streamed) {
        this.clocks.stop('answer');
        this.clocks.start('idle', this.errand.provider.timeouts.idleMs);
      }
    }
    this.decoder = openDecoder(this.headers['content-encoding'], {
      bytes: (chunk) => this.bytes(chunk),
      end: () => this.closed(),
      broken: (message) => this.broke(`not ${this.headers['content-encoding']}: ${message}`),
      full: (held) => this.hold({ decoder: held }),
    });
    if (!this.decoder) this.broke(`an encoding we did not ask for: ${this.headers['content-encoding']}`);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.ended) this.decoder?.write(chunk);
  }

  onResponseEnd(): void {
    this.bodyEnded = true;
    this.lingered();
    if (!this.ended) this.decoder?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.bodyEnded = true;
    this.lingered();
    if (this.ended) return;
    const message = networkWord(error);
    if (this.status !== null) this.broke(message);
    else this.end({ seen: this.controller ? 'reset' : 'connect', message });
  }

  private openAnswer(): Answer {
    const { request } = this.errand;
    return new Answer({
      taker: this.taker,
      choices: choicesAsked(request),
      headers: this.headers,
      onContent: () => {
        this.firstTokenMs = this.elapsedMs();
        this.clocks.stop('firstToken');
        this.errand.onContent(this.firstTokenMs);
      },
      onProgress: () => this.feedIdleClock(),
      onOver: (seen) => this.end(seen),
    });
  }

  private feedIdleClock(): void {
    const { idleMs } = this.errand.provider.timeouts;
    if (!this.answer?.finished) this.clocks.start('idle', idleMs);
    else if (!this.finishSeen) this.clocks.start('idle', Math.min(idleMs, AFTER_FINISH_MS));
    this.finishSeen = this.answer?.finished ?? false;
  }

  /** Plain bytes of the body, error or answer. */
  private bytes(chunk: Buffer): void {
    if (this.ended) return;
    if (this.errorBody) {
      this.errorBody.add(chunk);
      return;
    }
    this.bytesSeen += chunk.length;
    if (!this.streamed) this.clocks.start('idle', this.errand.provider.timeouts.idleMs);
    if (this.bytesSeen > ANSWER_BYTES) this.end(this.answer?.tooMuch() ?? { seen: 'tooLarge' });
    else this.bounded(() => this.answer?.feed(chunk));
    if (this.answer?.contentSeen) this.errand.onSign?.();
    if (!this.ended && this.taker.unwanted?.(false)) this.end({ seen: 'mismatch' });
    if (!this.ended && !this.taker.flush(this.resume)) this.hold({ taker: true });
  }

  private closed(): void {
    if (this.ended) return;
    if (this.errorBody) this.errorBody.close();
    else {
      this.bounded(() => {
        if (this.answer) this.end(this.answer.close());
      });
    }
  }

  /** What a taker holds has a bound, and it throws beyond it. Any other error is a defect of ours, not the provider's. */
  private bounded(run: () => void): void {
    try {
      run();
    } catch (error) {
      const isNoise = error instanceof NoContentError;
      if (!isNoise && !(error instanceof AnswerTooLargeError)) this.reject(error);
      this.end(isNoise ? { seen: 'malformed', message: error.message } : { seen: 'tooLarge' });
    }
  }

  /** The body broke off. */
  private broke(message: string): void {
    if (this.ended) return;
    if (this.errorBody) this.errorBody.close();
    else this.endUnlessWhole({ seen: 'cut', message });
  }

  private ranOut(clock: ClockName, ms: number): void {
    this.endUnlessWhole({ seen: 'clock', clock, ms });
  }

  private interrupted(reason: InterruptReason): void {
    const contentSeen = this.answer?.contentSeen ?? false;
    if (reason === 'shutdown') this.end({ seen: 'shutdown' });
    // At the deadline the walk says which of its attempts go on.
    else if (reason === 'callerLeft') this.end({ seen: 'callerLeft', contentSeen, waitedShare: this.waitedShare() });
  }

  private waitedShare(): number {
    return this.elapsedMs() / Math.max(1, firstTokenClockMs(this.errand.provider, this.errand.request));
  }

  /** Holds the provider back while the caller or the decoder has enough; a clock must not charge it for the caller's pace. */
  private hold(held: { taker?: boolean; decoder?: boolean }): void {
    if (held.taker !== undefined && held.taker !== this.heldByTaker) {
      this.heldByTaker = held.taker;
      if (held.taker) {
        this.decoder?.pause();
        this.clocks.pause();
      } else {
        this.clocks.resume();
        this.decoder?.resume();
      }
    }
    if (held.decoder !== undefined) this.heldByDecoder = held.decoder;
    if (this.ended) return;
    if (this.heldByTaker || this.heldByDecoder) this.controller?.pause();
    else this.controller?.resume();
  }

  private endUnlessWhole(seen: Seen): void {
    this.end(this.answer ? this.answer.breakOff(seen) : seen);
  }

  private end(came: Seen | null): void {
    if (this.ended) return;
    this.ended = true;
    const seen: Seen | null = came ?? (this.taker.unwanted?.(true) ? { seen: 'mismatch' } : null);
    this.offInterrupt();
    this.clocks.stopAll();
    this.errorBody?.drop();
    this.decoder?.destroy();
    if (!this.bodyEnded) this.hangUp(seen);
    this.resolve({
      seen,
      status: this.status,
      startedAt: this.startedAt,
      firstTokenMs: this.firstTokenMs,
      durationMs: this.elapsedMs(),
      usage: this.answer?.usage ?? null,
      characters: this.answer?.characters ?? 0,
      dropped: this.answer?.dropped ?? 0,
      told: this.answer,
    });
  }

  /** A whole answer's connection may end by itself, to be used again; any other is closed now. */
  private hangUp(seen: Seen | null): void {
    const abort = () => this.controller?.abort(new Error('the attempt is over'));
    if (seen === null) {
      this.controller?.resume();
      this.lingered = this.tools.upstream.linger(this.errand.provider.name, abort);
    } else {
      abort();
    }
  }

  private elapsedMs(): number {
    return Math.round(this.tools.clock.now() - this.startedNow);
  }
}

/** For what nobody wants any more. */
const nobody: Taker = { committed: false, chunk: () => {}, whole: () => {}, first: () => {}, flush: () => true };
