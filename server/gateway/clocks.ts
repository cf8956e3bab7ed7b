import { type ChatRequest, isTextOnly } from '../core/body.ts';
import { firstTokenClockOf, isStreamedBy } from '../core/callClocks.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { PaceKind } from '../core/pace.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { ClockName } from '../core/wire.ts';

/** A timer that comes so much too late says that this process stood still (no processor, a paused machine). */
const STOOD_STILL_MS = 250;
/** What came meanwhile waits to be read, and timers run first: so long is left for the reading. */
const CATCH_UP_MS = 50;

interface Due {
  at: number;
  ms: number;
}

/**
 * The clocks of one attempt, on one timer: feeding the idle clock with each event only moves a number.
 * `onRunOut` is told which ran out first and how long it was; it should stop the rest.
 */
export class Clocks {
  private readonly clock: Clock;
  private readonly onRunOut: (name: ClockName, ms: number) => void;
  private readonly due = new Map<ClockName, Due>();
  private timer: Timer | null = null;
  private timerAt = Number.POSITIVE_INFINITY;
  private pausedAt: number | null = null;
  private hasCaughtUp = false;

  constructor(clock: Clock, onRunOut: (name: ClockName, ms: number) => void) {
    this.clock = clock;
    this.onRunOut = onRunOut;
  }

  /** Starts a clock, or starts it anew. */
  start(name: ClockName, ms: number): void {
    const at = (this.pausedAt ?? this.clock.now()) + ms;
    const due = this.due.get(name);
    if (due) {
      due.at = at;
      due.ms = ms;
    } else {
      this.due.set(name, { at, ms });
    }
    if (this.pausedAt === null && at < this.timerAt) this.arm();
  }

  stop(name: ClockName): void {
    this.due.delete(name);
  }

  /** Time in which we held the provider back is not the provider's: every clock stands still. */
  pause(): void {
    if (this.pausedAt !== null) return;
    this.pausedAt = this.clock.now();
    this.disarm();
  }

  resume(): void {
    if (this.pausedAt === null) return;
    const heldMs = this.clock.now() - this.pausedAt;
    this.pausedAt = null;
    for (const due of this.due.values()) due.at += heldMs;
    this.arm();
  }

  stopAll(): void {
    this.due.clear();
    this.disarm();
  }

  private arm(): void {
    this.disarm();
    const first = this.first();
    if (!first) return;
    this.timerAt = first[1].at;
    this.timer = this.clock.after(Math.max(0, first[1].at - this.clock.now()), () => this.fire());
  }

  private disarm(): void {
    this.timer?.cancel();
    this.timer = null;
    this.timerAt = Number.POSITIVE_INFINITY;
  }

  /** A clock that was fed or stopped meanwhile, and a timer that came early, only arm it again. */
  private fire(): void {
    const lateMs = this.clock.now() - this.timerAt;
    this.timer = null;
    this.timerAt = Number.POSITIVE_INFINITY;
    this.catchUp(lateMs);
    const first = this.first();
    if (first && first[1].at <= this.clock.now()) this.onRunOut(first[0], first[1].ms);
    else this.arm();
  }

  /**
   * Our own standing still is not the provider's silence: what is there by now is read before it is judged. Once in a
   * row: a process that is always late would else wait for ever.
   */
  private catchUp(lateMs: number): void {
    const stoodStill = lateMs > STOOD_STILL_MS && !this.hasCaughtUp;
    this.hasCaughtUp = stoodStill;
    if (!stoodStill) return;
    const soonest = this.clock.now() + CATCH_UP_MS;
    for (const due of this.due.values()) due.at = Math.max(due.at, soonest);
  }

  private first(): [ClockName, Due] | null {
    let first: [ClockName, Due] | null = null;
    for (const entry of this.due) {
      if (!first || entry[1].at < first[1].at) first = entry;
    }
    return first;
  }
}

type Asked = Pick<ChatRequest, 'stream' | 'facts' | 'body'>;

/** How long a provider may take to the first content of this request, from the attempt's start, ms. */
export function firstTokenClockMs(
  provider: Pick<ProviderSettings, 'timeouts' | 'assemble' | 'dialect'>,
  request: Asked,
): number {
  const { timeouts } = provider;
  return isStreamed(provider, request) ? firstTokenClockOf(timeouts, request.facts.promptTokens) : timeouts.answerMs;
}

/** Whether the provider is asked for a stream. */
export function isStreamed(provider: Pick<ProviderSettings, 'assemble' | 'dialect'>, request: Asked): boolean {
  const { stream, facts } = request;
  return isStreamedBy(provider, { stream, jsonSchema: facts.jsonSchema, textOnly: isTextOnly(request) });
}

/** Of what kind a call is, to tell whether it is slow for its kind. */
export function paceKindOf(
  provider: Pick<ProviderSettings, 'name' | 'assemble' | 'dialect'>,
  request: Asked,
): PaceKind {
  return {
    provider: provider.name,
    promptTokens: request.facts.promptTokens,
    streamed: isStreamed(provider, request),
  };
}
