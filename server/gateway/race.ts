import type { Permit } from '../circuits/permit.ts';
import type { AttemptRecord } from '../core/records.ts';
import type { ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import type { Running } from './call.ts';
import { Interrupt } from './interrupt.ts';

/** Why an attempt runs beside another. */
export type RaceReason = NonNullable<AttemptRecord['raced']>;

/** One attempt of a race. */
export interface Entrant {
  readonly provider: ProviderSettings;
  readonly permit: Permit;
  readonly taker: Taker;
  readonly running: Running;
  /** Its row in the ledger, from the moment it runs. */
  row: AttemptRecord | null;
  /** The walk does not wait for it any more, and goes on while it runs. */
  beside: boolean;
  /** Its circuit has to hear how it ends, whoever wins. */
  mustEnd: boolean;
  /** Nobody wants what it brings any more: another was first, or the walk is over. */
  lost: boolean;
}

/** An attempt that is over. Null: a whole answer. */
export interface Finish {
  entrant: Entrant;
  verdict: Verdict | null;
}

type Over = Finish | { error: unknown };

export interface RaceOptions {
  /** Called with the taker whose attempt has brought content first, before that content is given to it. */
  onWin: (taker: Taker) => void;
  /** Whether its circuit has to hear how an attempt ends that is still silent when the deadline has passed. */
  isWitness: (entrant: Entrant) => boolean;
  /** Told of a defect of ours in an attempt that nobody waits for any more. */
  onDefect: (error: unknown) => void;
}

/**
 * The attempts of one request that run at the same time. The first content wins. The others are let go at once, but for
 * those whose circuit must hear how they end: they go on in the background, and nobody gets what they bring.
 */
export class Race {
  /** Why the attempts that begin now run beside another; null: they do not. */
  reason: RaceReason | null = null;
  private readonly options: RaceOptions;
  private readonly live: Entrant[] = [];
  private readonly over: Over[] = [];
  private winner: Entrant | null = null;
  private tellWalk: (() => void) | null = null;
  private losersOut = 0;
  private backgroundInterrupt: Interrupt | null = null;
  private tellEmpty: (() => void) | null = null;

  constructor(options: RaceOptions) {
    this.options = options;
  }

  /** Somebody has brought content, and its end is all there is to wait for. */
  get isWon(): boolean {
    return this.winner !== null;
  }

  /** An attempt still runs that may bring the answer. */
  get isOn(): boolean {
    return this.live.length > 0 || this.over.length > 0;
  }

  /** Adds an attempt that has just begun. */
  enter(entrant: Entrant, call: Promise<Verdict | null>): void {
    this.live.push(entrant);
    call.then(
      (verdict) => this.ended(entrant, { entrant, verdict }),
      (error: unknown) => this.ended(entrant, { error }),
    );
  }

  /** The walk need not wait for this one any more. `mustEnd`: its circuit must hear how it ends. */
  goBeside(entrant: Entrant, options: { reason: RaceReason; mustEnd: boolean }): void {
    if (entrant.lost || entrant === this.winner) return;
    entrant.mustEnd ||= options.mustEnd;
    if (entrant.beside) return;
    entrant.beside = true;
    this.reason = options.reason;
    if (entrant.row) entrant.row.raced ??= options.reason;
    this.tellWalk?.();
  }

  /** The first content of this attempt came. False: it has lost, and nobody wants it. */
  claim(entrant: Entrant): boolean {
    if (entrant.lost) return false;
    this.winner = entrant;
    this.letGoAllBut(entrant, 'raced');
    this.options.onWin(entrant.taker);
    return true;
  }

  /**
   * Waits until an attempt is over, or, as long as nobody has won, until `main` runs beside (`beside`) or `isTime` says so
   * (`time`); `isTime` is asked again after each `nudge`.
   */
  async next(main: Entrant | null, isTime: () => boolean = never): Promise<Finish | 'beside' | 'time'> {
    for (;;) {
      const over = this.over.shift();
      if (over) {
        if ('error' in over) throw over.error;
        if (over.entrant === this.winner) this.winner = null;
        return over;
      }
      if (!this.winner && main?.beside) return 'beside';
      if (!this.winner && isTime()) return 'time';
      await new Promise<void>((resolve) => {
        this.tellWalk = resolve;
      });
    }
  }

  nudge(): void {
    this.tellWalk?.();
  }

  /** The walk is over: whoever still runs is let go, by a deadline that has passed or as one that has lost. */
  stop(why: 'raced' | 'deadline'): void {
    this.letGoAllBut(null, why);
    this.reason = null;
  }

  /** Resolves when no attempt runs any more; null: none does. */
  empty(): Promise<void> | null {
    if (this.live.length + this.losersOut === 0) return null;
    return new Promise((resolve) => {
      this.tellEmpty = resolve;
    });
  }

  /** Ends what goes on in the background. */
  get background(): Interrupt {
    this.backgroundInterrupt ??= new Interrupt();
    return this.backgroundInterrupt;
  }

  private letGoAllBut(winner: Entrant | null, why: 'raced' | 'deadline'): void {
    for (const entrant of this.live.splice(0)) {
      if (entrant === winner) {
        this.live.push(entrant);
        continue;
      }
      entrant.lost = true;
      this.losersOut += 1;
      if (entrant.row) entrant.row.word = entrant.row.failureKind = why;
      entrant.mustEnd ||= why === 'deadline' && this.options.isWitness(entrant);
      if (entrant.mustEnd) entrant.running.attempt?.goOnAlone(this.background);
      else entrant.running.attempt?.letGo(why);
    }
  }

  private ended(entrant: Entrant, over: Over): void {
    if (entrant.lost) {
      this.losersOut -= 1;
      if ('error' in over) this.options.onDefect(over.error);
    } else {
      this.live.splice(this.live.indexOf(entrant), 1);
      this.over.push(over);
      this.tellWalk?.();
    }
    if (this.live.length + this.losersOut === 0) this.tellEmpty?.();
  }
}

function never(): boolean {
  return false;
}
