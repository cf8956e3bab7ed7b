import type { Delivery } from './types.ts';

const firstMs = 5_000;
const longestMs = 5 * 60_000;
/** Longer than this nobody is kept waiting, whatever a receiver asks for. */
const longestAskedMs = 15 * 60_000;
/** What goes on is told again anyway; an end that is not told would leave an alert open for ever. */
const giveUpMs = { news: 3_600_000, end: 24 * 3_600_000 };

/** What came of one try. */
export interface Tried {
  ok: boolean;
  /** The status that was answered; null: no answer. */
  answer: number | null;
  /** In a sentence without any address or key; null: nothing was wrong. */
  error: string | null;
  /** It may work another time. */
  again: boolean;
  /** How long the receiver asks to be left alone; null: it did not say. */
  retryAfterMs: number | null;
}

/** A message after one more try. Tried again after 5 s, 10 s, … 5 min, for an hour; an end for a day. */
export function afterTry(delivery: Delivery, tried: Tried, now: number): Delivery {
  const attempts = delivery.attempts + 1;
  const after = { ...delivery, attempts, answer: tried.answer, error: tried.error };
  if (tried.ok) return { ...after, status: 'delivered', settledAt: now };
  const waitMs = Math.max(
    Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 20)),
    Math.min(longestAskedMs, tried.retryAfterMs ?? 0),
  );
  const nextAt = now + waitMs;
  const patienceMs = delivery.message.sending === 'resolved' ? giveUpMs.end : giveUpMs.news;
  const isLate = nextAt - delivery.createdAt > patienceMs || delivery.message.sending === 'test';
  if (!tried.again || isLate) return { ...after, status: 'failed', settledAt: now };
  return { ...after, nextAt };
}

/** Whether a status says that the same message may be taken another time. */
export function mayWorkLater(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}
