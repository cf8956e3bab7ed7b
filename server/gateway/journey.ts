import type { Board } from '../circuits/board.ts';
import type { ChatRequest } from '../core/body.ts';
import type { RetryBudget } from '../core/budget.ts';
import type { PlannedStep } from '../core/chain.ts';
import type { Random } from '../core/clock.ts';
import type { HedgeBudget } from '../core/hedge.ts';
import type { BackoffSettings, ProviderSettings } from '../core/settings.ts';
import type { Verdict } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import type { CallTools } from './call.ts';
import type { Interrupt, InterruptReason } from './interrupt.ts';
import type { Ledger } from './ledger.ts';

export interface WalkTools extends CallTools {
  board: Pick<Board, 'acquire' | 'acquireLast' | 'answered' | 'heard' | 'settle' | 'look' | 'retryAfterMs'>;
  random: Random;
  budget: RetryBudget;
  hedges: HedgeBudget;
}

/** One request on its way along its chain. */
export interface Journey {
  id: string;
  request: ChatRequest;
  steps: PlannedStep[];
  backoff: BackoffSettings;
  /** Whether a call slower than nineteen in twenty races the next provider. */
  hedge: 'off' | 'p95';
  /** By `Clock.now()`: no wait goes beyond it. */
  deadlineAt: number;
  interrupt: Interrupt;
  ledger: Ledger;
  /** Keyed hash of the body, asked for only when a failure may be the prompt's own fault. */
  bodyHash: () => string;
  /** A fresh taker for each attempt. */
  takerFor: (provider: ProviderSettings) => Taker;
  /** The attempt of this taker has brought content first: what it is given next goes to the caller. */
  onWin: (taker: Taker) => void;
}

export type WalkEnd =
  /** The last taker has a whole answer. */
  | { end: 'answered'; provider: ProviderSettings }
  /** The answer broke after the caller had some of it. */
  | { end: 'broken'; provider: ProviderSettings; verdict: Verdict }
  /** The caller's own fault: it hears what this provider said. */
  | { end: 'refused'; provider: ProviderSettings; verdict: Verdict }
  | { end: 'stopped'; reason: InterruptReason }
  /** No provider of the chain takes such a request: a sentence for each. */
  | { end: 'unfit'; reasons: string[] }
  | { end: 'nobody'; first: Verdict | null; retryAfterMs: number | null };
