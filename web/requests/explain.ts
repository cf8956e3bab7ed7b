import type { CallClocks } from '../../server/core/callClocks.ts';
import type { SkipReason } from '../../server/core/circuit/settle.ts';
import type { AttemptRecord, RequestRecord } from '../../server/core/records.ts';
import { showAge, showMoney, showMs } from '../time.ts';
import { type MarkState, skipSentences, stateWords, trailWord, wholeNumber } from '../words.ts';

/** Why a request went as it did, step by step: the words of the Explain panel, from the record alone. */

export interface ExplainStep {
  key: string;
  kind: 'skipped' | 'failed' | 'waited' | 'answered' | 'cancelled';
  /** The circuit at that moment; null for a wait. */
  state: MarkState | null;
  /** Of an attempt or a skip: the title begins with its name. */
  provider?: string;
  title: string;
  sentences: string[];
  ms: number;
}

/** `3 s to connect, 10.2 s to the first token, 20 s of silence, 10 m in all`. */
export function clocksSentence({ connectMs, firstTokenMs, answerMs, idleMs, totalMs }: CallClocks): string {
  const parts = [
    `${lengthOf(connectMs)} to connect`,
    firstTokenMs === null ? '' : `${lengthOf(firstTokenMs)} to the first token`,
    answerMs === null ? '' : `${lengthOf(answerMs)} for the plain answer to begin`,
    `${lengthOf(idleMs)} of silence`,
    `${lengthOf(totalMs)} in all`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** `30 s for the first token, or less where the caller asked for less` */
export function deadlineSentence(ms: number): string {
  return `${lengthOf(ms)} for the first token, or less where the caller asked for less`;
}

/** Of a setting: mostly whole seconds. */
function lengthOf(ms: number): string {
  return ms % 1_000 === 0 ? showAge(ms) : showMs(ms);
}

/** Every step in order; a wait before a try is a step of its own. */
export function explainSteps({ attempts }: Pick<RequestRecord, 'attempts'>): ExplainStep[] {
  return attempts.flatMap((attempt) => {
    const step = stepOf(attempt);
    return attempt.waitMs > 0 ? [waited(attempt), step] : [step];
  });
}

/** `Answered by qwen-72b, the second fallback` */
export function explainTitle({ outcome, servedBy, status, errorCode, attempts }: RequestRecord): string {
  const code = errorCode === null ? '' : ` ${errorCode}`;
  switch (outcome) {
    case 'succeeded':
      return servedBy === null ? 'Answered' : `Answered by ${servedBy}, ${placeOf(servedBy, attempts)}`;
    case 'failed':
      return `The caller got an error: ${status}${code}`;
    case 'refused':
      return `The request itself was refused: ${status}${code}`;
    case 'interrupted':
      return `The answer${servedBy === null ? '' : ` of ${servedBy}`} broke off:${code || ` ${status}`}`;
    case 'cancelled':
      return 'The caller left before the answer was whole';
  }
}

const fallbackWords = ['the first choice', 'the first fallback', 'the second fallback', 'the third fallback'];

function placeOf(provider: string, attempts: AttemptRecord[]): string {
  const place = [...new Set(attempts.map((attempt) => attempt.provider))].indexOf(provider);
  return fallbackWords[place] ?? `fallback ${place}`;
}

export interface Share {
  kind: 'wait' | 'failed' | 'firstToken' | 'answer';
  label: string;
  ms: number;
}

/** Where the caller's time went. Parts of no length are left out. */
export function timeShares({ attempts }: Pick<RequestRecord, 'attempts'>): Share[] {
  const shares = attempts.flatMap((attempt): Share[] => {
    const { provider, outcome, durationMs, firstTokenMs, waitMs } = attempt;
    const wait: Share = { kind: 'wait', label: 'waited between tries', ms: waitMs };
    if (outcome === 'skipped') return [wait];
    const aloneMs = waitedForMs(attempt, attempts);
    if (isBeaten(attempt)) return [wait, { kind: 'failed', label: `${provider} was not the first`, ms: aloneMs }];
    if (outcome === 'failed') return [wait, { kind: 'failed', label: `${provider} failed`, ms: aloneMs }];
    const first = Math.min(firstTokenMs ?? durationMs, durationMs);
    return [
      wait,
      { kind: 'firstToken', label: `${provider}, to its first token`, ms: first },
      { kind: 'answer', label: `${provider}, its answer`, ms: durationMs - first },
    ];
  });
  return shares.filter(({ ms }) => ms > 0);
}

/** What failures and waits added before the answer, ms. */
export function addedWaitMs({ attempts }: Pick<RequestRecord, 'attempts'>): number {
  return attempts.reduce((sum, attempt) => {
    const isInVain = attempt.outcome === 'failed' || isBeaten(attempt);
    return sum + attempt.waitMs + (isInVain ? waitedForMs(attempt, attempts) : 0);
  }, 0);
}

/** It brought nothing to the caller because another was first, however it ended itself. */
function isBeaten({ raced, outcome, word }: AttemptRecord): boolean {
  return raced !== null && outcome !== 'failed' && word !== 'ok';
}

/** How long the caller waited for an attempt that gave it nothing. Of those that ran side by side, only until the next began. */
function waitedForMs(attempt: AttemptRecord, attempts: AttemptRecord[]): number {
  if (attempt.raced === null) return attempt.durationMs;
  const beside = attempts.filter(({ raced, outcome }) => raced !== null && outcome !== 'skipped');
  const winner = beside.find(({ word }) => word === 'ok');
  if (winner && winner.startedAt <= attempt.startedAt && winner !== attempt) return 0;
  const next = beside[beside.indexOf(attempt) + 1];
  return next ? Math.min(attempt.durationMs, Math.max(0, next.startedAt - attempt.startedAt)) : attempt.durationMs;
}

function waited({ ordinal, waitMs }: AttemptRecord): ExplainStep {
  return {
    key: `${ordinal} wait`,
    kind: 'waited',
    state: null,
    title: 'waited',
    sentences: ["Between tries, drawn by the chain's backoff."],
    ms: waitMs,
  };
}

function stepOf(attempt: AttemptRecord): ExplainStep {
  const { ordinal, provider, outcome, word, circuitState, durationMs } = attempt;
  const step = { key: String(ordinal), provider, state: circuitState, ms: durationMs };
  const circuit = admitted(attempt);
  switch (outcome) {
    case 'skipped':
      return { ...step, kind: 'skipped', title: `${provider} not tried`, sentences: [whySkipped(attempt)] };
    case 'failed':
      return {
        ...step,
        kind: 'failed',
        title: `${provider} failed: ${failureWord(word)}`,
        sentences: [
          circuit,
          raceSentence(attempt),
          firstTokenSentence(attempt),
          clockSentence(attempt),
          costSentence(attempt),
        ].filter(Boolean),
      };
    case 'cancelled':
      return {
        ...step,
        kind: 'cancelled',
        title: `${provider} cancelled: ${trailWord(word)}`,
        sentences: [
          circuit,
          raceSentence(attempt),
          'It says nothing about the provider.',
          costSentence(attempt),
        ].filter(Boolean),
      };
    case 'succeeded':
      return {
        ...step,
        kind: 'answered',
        title: isBeaten(attempt) ? `${provider} answered too late` : `${provider} answered`,
        sentences: [
          circuit,
          raceSentence(attempt),
          firstTokenSentence(attempt),
          tokensSentence(attempt),
          costSentence(attempt),
        ].filter(Boolean),
      };
  }
}

function failureWord(word: string): string {
  return /^\d+$/.test(word) ? `status ${word}` : trailWord(word);
}

/** `Its circuit was open, 4 m 29 s from the next try.` */
function whySkipped({ failureKind, until, startedAt, word, circuitState }: AttemptRecord): string {
  const reason = failureKind ?? word;
  const why = Object.hasOwn(skipSentences, reason)
    ? skipSentences[reason as SkipReason]
    : `It was passed over (${trailWord(reason)})`;
  if (until !== null && until > startedAt) {
    const left = showAge(until - startedAt);
    return circuitState === 'tripped' ? `${why}, with ${left} left.` : `${why}, ${left} from the next try.`;
  }
  return circuitState === 'tripped' ? `${why}, until somebody resets it.` : `${why}.`;
}

/** How the circuit let it through. */
function admitted({ permit, circuitState }: AttemptRecord): string {
  switch (permit) {
    case 'probe':
      return 'A probe: its circuit was half-open, and this call tried it.';
    case 'forced':
      return `Its circuit was ${stateWords[circuitState].toLowerCase()}: tried all the same, as the last one standing.`;
    case 'held':
      return 'An operator held its circuit closed.';
    case 'closed':
      return 'Circuit closed.';
    case null:
      return '';
  }
}

const raceSentences: Record<NonNullable<AttemptRecord['raced']>, string> = {
  probe: 'It raced another: one of them was to find out whether its provider is back, and no caller waits for that.',
  suspicion: 'It raced another, because a provider had fallen silent.',
  hedge: 'It raced another, because one took longer than nineteen in twenty do.',
  deadline: 'It raced another, because half of the time that the deadline left was gone.',
};

function raceSentence({ raced }: AttemptRecord): string {
  return raced === null ? '' : raceSentences[raced];
}

function firstTokenSentence({ firstTokenMs, durationMs, outcome }: AttemptRecord): string {
  if (firstTokenMs === null) return '';
  const whole = outcome === 'succeeded' ? `, whole answer after ${showMs(durationMs)}` : ', then it broke off';
  return `First token after ${showMs(firstTokenMs)}${whole}.`;
}

/** Which of the clocks that run over an attempt ended it. */
const clocks: Record<string, string> = {
  connect: 'no connection stood after',
  firstToken: 'no first token had come after',
  idle: 'it had fallen silent, after',
  total: 'the answer was not whole after',
  answer: 'the plain answer was not whole after',
};

function clockSentence({ word, durationMs }: AttemptRecord): string {
  const clock = Object.hasOwn(clocks, word) ? clocks[word] : undefined;
  return clock === undefined ? '' : `Given up on: ${clock} ${showMs(durationMs)}.`;
}

function tokensSentence({ usage }: AttemptRecord): string {
  if (usage === null) return '';
  const cached = usage.cachedTokens > 0 ? ` (${wholeNumber(usage.cachedTokens)} cached)` : '';
  const estimated = usage.estimated ? ', estimated' : '';
  return `${wholeNumber(usage.promptTokens)}${cached} + ${wholeNumber(usage.completionTokens)} tokens${estimated}.`;
}

function costSentence({ costNanoUsd, costEstimated }: AttemptRecord): string {
  if (costNanoUsd === null) return 'Cost not known.';
  if (costNanoUsd === 0) return 'Nothing billed.';
  return `${showMoney(costNanoUsd)}, ${costEstimated ? 'estimated' : 'by the tokens it reported'}.`;
}
