import { expect, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { newOperator, openTab, signIn } from '../support/operator.ts';
import { ask, folder, type Program, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();

/** Without a token: its link is the only way in. */
async function start(): Promise<Program> {
  const simulator = await realSimulator(['first']);
  return await startProgram(await writeConfig(await folder(), { simulator, chain: ['first'] }), { token: '' });
}

test('a sign-in link works once, and whoever has none is told how to get one', async () => {
  const program = await start();
  const operator = await signIn(browser(), program);
  expect(operator.page.url()).not.toContain('code');
  const stranger = await newOperator(browser());
  const answer = await stranger.page.goto(program.dashboard);
  expect(answer?.status()).toBe(401);
  await stranger.reads('This sign-in link does not work: it was used already');
  await stranger.page.goto(new URL(program.dashboard).origin);
  await stranger.page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
  expect(await stranger.page.getByText('first').count()).toBe(0);
});

test('signing out ends the session in each open tab', async () => {
  const program = await start();
  const operator = await signIn(browser(), program);
  const other = await openTab(operator, `${new URL(program.dashboard).origin}/requests`);
  await other.reads('No request has come yet');
  await operator.page.getByRole('button', { name: 'Signed in: operator' }).click();
  await operator.page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await operator.page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
  await other.page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
});

test('a session that ended elsewhere leads to the sign-in page, not to an old picture', async () => {
  const program = await start();
  const { page, context } = await signIn(browser(), program);
  await context.request.post(`${new URL(program.dashboard).origin}/sign-out`, { data: { everywhere: true } });
  await page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
  expect(await page.title()).toBe('Recloser · Sign in');
});

test('an empty install says what to do with one command to copy, until the first request has come', async () => {
  const program = await start();
  const operator = await signIn(browser(), program, { permissions: ['clipboard-read', 'clipboard-write'] });
  const panel = operator.page.getByRole('region', { name: 'No request has come yet' });
  await panel.getByText(`${program.gatewayUrl}/v1`).first().waitFor();
  await panel.getByRole('button', { name: /copy/i }).click();
  const copied = await operator.page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^curl .*\/v1\/chat\/completions/);
  expect(program.output()).toContain(copied);
  await ask(program);
  await panel.waitFor({ state: 'detached' });
});
