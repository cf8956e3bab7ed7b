import { describe, expect, it } from 'vitest';
import { addedWaitMs, clocksSentence, explainSteps, explainTitle, timeShares } from '../../web/requests/explain.ts';
import { filterOf, matches, readSearch } from '../../web/requests/filter.ts';
import { maxTailRows, mergeTail } from '../../web/requests/tail.ts';
import { attemptOf, now, requestOf, rowOf } from './support.ts';

const skipped = attemptOf({
  outcome: 'skipped',
  word: 'open',
  failureKind: 'open',
  permit: null,
  circuitState: 'open',
  until: now + 269_000,
  durationMs: 0,
  firstTokenMs: null,
  usage: null,
  costNanoUsd: null,
});
const failed = attemptOf({
  ordinal: 1,
  provider: 'llama-3.3-70b',
  outcome: 'failed',
  word: '503',
  failureKind: 'serverError',
  firstTokenMs: null,
  durationMs: 210,
  costNanoUsd: 0,
});
const answered = attemptOf({ ordinal: 2, provider: 'qwen-72b', waitMs: 270, firstTokenMs: 600, durationMs: 2_620 });
const request = requestOf({ servedBy: 'qwen-72b', attempts: [skipped, failed, answered] });

describe('explaining a request', () => {
  it('says who answered, and which choice that was', () => {
    expect(explainTitle(request)).toBe('Answered by qwen-72b, the second fallback');
  });

  it('has every step in order, a wait as a step of its own', () => {
    expect(explainSteps(request).map(({ title }) => title)).toEqual([
      'deepseek-v3 not tried',
      'llama-3.3-70b failed: status 503',
      'waited',
      'qwen-72b answered',
    ]);
  });

  it('says how long the circuit would have stayed open at that moment', () => {
    expect(explainSteps(request)[0]?.sentences).toEqual(['Its circuit was open, 4 m 29 s from the next try.']);
  });

  it('says the first token, the whole, the tokens and the cost of the answer', () => {
    expect(explainSteps(request)[3]?.sentences.join(' ')).toBe(
      'Circuit closed. First token after 0.60 s, whole answer after 2.6 s. 128 + 214 tokens. $0.00027, by the tokens it reported.',
    );
  });

  it('an unknown cost is not known, a cost of nothing is nothing billed', () => {
    const unknown = requestOf({ attempts: [attemptOf({ costNanoUsd: null })] });
    expect(explainSteps(unknown)[0]?.sentences.at(-1)).toBe('Cost not known.');
    expect(explainSteps(request)[1]?.sentences.at(-1)).toBe('Nothing billed.');
  });

  it('the shares of the time are the times of its steps', () => {
    const shares = timeShares(request).map(({ kind, ms }) => [kind, ms]);
    expect(shares).toEqual([
      ['failed', 210],
      ['wait', 270],
      ['firstToken', 600],
      ['answer', 2_020],
    ]);
    expect(addedWaitMs(request)).toBe(480);
  });
});

describe('explaining a race', () => {
  const probe = attemptOf({
    provider: 'deepseek-v3',
    outcome: 'failed',
    word: 'firstToken',
    failureKind: 'firstToken',
    permit: 'probe',
    circuitState: 'halfOpen',
    firstTokenMs: null,
    durationMs: 10_000,
    raced: 'probe',
  });
  const winner = attemptOf({
    ordinal: 1,
    provider: 'qwen-72b',
    startedAt: now + 1_000,
    firstTokenMs: 600,
    durationMs: 2_600,
    raced: 'probe',
  });
  const race = requestOf({ servedBy: 'qwen-72b', attempts: [probe, winner] });

  it('counts of the one that lost only what the caller waited for it', () => {
    expect(timeShares(race).map(({ kind, ms }) => [kind, ms])).toEqual([
      ['failed', 1_000],
      ['firstToken', 600],
      ['answer', 2_000],
    ]);
    expect(addedWaitMs(race)).toBe(1_000);
  });

  it('says why it was run, and that an answer came too late', () => {
    const late = attemptOf({ ...probe, outcome: 'succeeded', word: 'raced', failureKind: null, firstTokenMs: 1_800 });
    const [step] = explainSteps(requestOf({ attempts: [late, winner] }));
    expect(step?.title).toBe('deepseek-v3 answered too late');
    expect(step?.sentences[1]).toContain('find out whether its provider is back');
  });

  it('counts nothing of the one that was tried beside the one that answered', () => {
    const beside = attemptOf({ ...winner, outcome: 'cancelled', word: 'raced', failureKind: 'raced', durationMs: 500 });
    const first = attemptOf({ raced: 'hedge', firstTokenMs: 1_500, durationMs: 3_000 });
    const hedged = requestOf({ attempts: [first, { ...beside, raced: 'hedge' }] });
    expect(timeShares(hedged).map(({ kind, ms }) => [kind, ms])).toEqual([
      ['firstToken', 1_500],
      ['answer', 1_500],
    ]);
    expect(addedWaitMs(hedged)).toBe(0);
  });
});

describe('the filters in the address', () => {
  it('what is not understood is left out', () => {
    const raw = { chain: 'lucy', outcome: 'perhaps', felt: 'yes', last: '15m', from: -3, provider: 7 };
    expect(readSearch(raw)).toEqual({ chain: 'lucy', last: '15m' });
  });

  it('a span ends now', () => expect(filterOf({ last: '15m' }, now).from).toBe(now - 900_000));

  const row = rowOf('a', { servedBy: 'qwen-72b', attempts: [skipped, failed, answered] });
  it.each([
    [{}, true],
    [{ chain: 'lucy' }, true],
    [{ chain: 'other' }, false],
    [{ fallback: true as const }, true],
    [{ felt: true as const }, false],
    [{ provider: 'llama-3.3-70b', kind: 'serverError' }, true],
    [{ provider: 'qwen-72b', kind: 'serverError' }, false],
    [{ kind: 'open' }, true],
    [{ to: now }, false],
    [{ from: now }, true],
  ])('%j fits: %s', (search, fits) => expect(matches(row, filterOf(search, now))).toBe(fits));

  it('a broken answer was felt', () => {
    expect(matches(rowOf('a', { outcome: 'interrupted' }), filterOf({ felt: true }, now))).toBe(true);
  });
});

describe('the live tail', () => {
  const belongs = () => true;
  const recorded = [rowOf('r2', { startedAt: now + 2 }), rowOf('r1', { startedAt: now + 1 })];
  const requests = [rowOf('r4', { startedAt: now + 4 }), rowOf('r3', { startedAt: now + 3 }), ...recorded];
  const tail = { requests, requestsShown: 10 };
  const isWhole = false;
  const ids = (heldAt: number | null) => {
    const { rows, waiting } = mergeTail({ recorded, isWhole, tail, belongs, heldAt });
    return [rows.map(({ id }) => id), waiting];
  };

  it('goes above the record, each row once', () => expect(ids(null)).toEqual([['r4', 'r3', 'r2', 'r1'], 0]));
  it('held, what came later waits and is counted', () => expect(ids(9)).toEqual([['r3', 'r2', 'r1'], 1]));
  it('what does not fit the filters neither shows nor waits', () => {
    const merged = mergeTail({ recorded, isWhole, tail, belongs: ({ id }) => id === 'r3', heldAt: 8 });
    expect(merged.rows.map(({ id }) => id)).toEqual(['r2', 'r1']);
    expect(merged.waiting).toBe(1);
  });

  it('what began before the eldest row is left to the older pages, and goes below it where there are none', () => {
    const slow = rowOf('slow', { startedAt: now - 60_000 });
    const asked = { recorded, tail: { requests: [slow], requestsShown: 1 }, belongs, heldAt: null };
    expect(mergeTail({ ...asked, isWhole: false }).rows).toEqual(recorded);
    expect(mergeTail({ ...asked, isWhole: true }).rows).toEqual([...recorded, slow]);
  });

  it('has a bound, and says how many it leaves out', () => {
    const many = Array.from({ length: maxTailRows + 7 }, (_, index) => rowOf(`m${index}`, { startedAt: now + 99 }));
    const merged = mergeTail({
      recorded,
      isWhole,
      tail: { requests: many, requestsShown: 500 },
      belongs,
      heldAt: null,
    });
    expect(merged.rows).toHaveLength(maxTailRows + recorded.length);
    expect(merged.cut).toBe(7);
  });
});

describe('the clocks of a call', () => {
  const streamed = { connectMs: 250, firstTokenMs: 10_200, answerMs: null, idleMs: 20_000, totalMs: 600_000 };
  it('are named with their lengths, the one to the first token as the prompt has it', () =>
    expect(clocksSentence(streamed)).toBe(
      '0.25 s to connect, 10.2 s to the first token, 20 s of silence, 10 m in all',
    ));
  it('of a plain call, that of its answer', () =>
    expect(clocksSentence({ ...streamed, firstTokenMs: null, answerMs: 60_000 })).toContain(
      '1 m for the plain answer to begin',
    ));
});
