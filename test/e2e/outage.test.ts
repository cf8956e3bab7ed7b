import { expect, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { feedOf, signIn } from '../support/operator.ts';
import { ask, folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const story = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

test('an outage is watched from its first failure to the recovery', async () => {
  const simulator = await realSimulator(story);
  const more = 'breaker: { failures: 5, open: 4s, ramp: 0s }';
  const config = await writeConfig(await folder(), { simulator, chain: story, more });
  const program = await startProgram(config, { token: '' });
  const operator = await signIn(browser(), program, { reducedMotion: 'no-preference' });
  const row = operator.row('deepseek-v3');
  await ask(program);
  await operator.sees('deepseek-v3', 'closed');
  await row.getByText('carries lucy now').waitFor();

  await simulator.setFault('deepseek-v3', '503');
  for (let call = 0; call < 3; call += 1) await ask(program);
  await row.getByText('3 of 5 failures towards opening').waitFor();

  for (let call = 0; call < 2; call += 1) await ask(program);
  await operator.sees('deepseek-v3', 'open');
  await row.getByText('5 failures in a row: 5 × 503').waitFor();
  await row.getByRole('timer').waitFor();
  expect(await row.getByRole('timer').textContent()).toMatch(/^0:0[0-4]$/);
  await row.getByText('to next try').waitFor();
  await operator.row('llama-3.3-70b').getByText('carries lucy now').waitFor();
  expect(await operator.page.title()).toBe('(1 open) Recloser · Live');
  await feedOf(operator).filter({ hasText: 'deepseek-v3 opened: 5 failures in a row.' }).waitFor();

  await simulator.setFault('deepseek-v3', 'ok');
  await operator.sees('deepseek-v3', 'half-open');
  await ask(program);
  await operator.sees('deepseek-v3', 'closed');
  await row.getByText('carries lucy now').waitFor();
  await feedOf(operator).filter({ hasText: 'Probe of deepseek-v3 was answered. Closed again.' }).waitFor();
  expect(await feedOf(operator).count()).toBe(3);
  expect(operator.problems).toEqual([]);
});

/** A transition waits for its turn on a busy machine in the program, in the stream and in the page. */
const TURNS = 3;

test('from a transition to the screen it takes 300 ms at most, and the turns a busy machine makes anything wait', async () => {
  const simulator = await realSimulator(story);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain: story }));
  const operator = await signIn(browser(), program, { reducedMotion: 'no-preference' });
  await operator.sees('qwen-72b', 'no traffic');
  await operator.page.evaluate(noteWhenDrawn, 'qwen-72b');
  const nothing: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await program.control.circuits.trip.mutate({ provider: 'qwen-72b', reason: `round ${round}`, for: '15m' });
    await operator.sees('qwen-72b', 'tripped by hand');
    await program.control.circuits.reset.mutate({ provider: 'qwen-72b', reason: `round ${round}`, to: 'halfOpen' });
    await operator.sees('qwen-72b', 'half-open');
    const askedAt = Date.now();
    await program.control.circuits.list.query();
    await operator.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
    nothing.push(Date.now() - askedAt);
  }
  const drawn = await operator.page.evaluate(whenDrawn);
  const { rows } = await program.control.events.list.query({ provider: 'qwen-72b', limit: 10 });
  const happened = rows.map(({ at }) => at).reverse();
  expect(drawn).toHaveLength(happened.length);
  const late = drawn.map((at, index) => at - (happened[index] ?? 0));
  expect(median(late)).toBeLessThanOrEqual(300 + TURNS * median(nothing));
});

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

declare global {
  interface Window {
    drawnAt?: number[];
  }
}

/** In the page: notes the time of each frame in which a provider's breaker is drawn anew. */
function noteWhenDrawn(provider: string): void {
  const drawnAt: number[] = [];
  window.drawnAt = drawnAt;
  const state = () => document.querySelector(`[data-provider="${provider}"] .breaker`)?.getAttribute('aria-label');
  let last = state();
  new MutationObserver(() => {
    if (state() === last) return;
    last = state();
    requestAnimationFrame(() => drawnAt.push(Date.now()));
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}

function whenDrawn(): number[] {
  return window.drawnAt ?? [];
}
