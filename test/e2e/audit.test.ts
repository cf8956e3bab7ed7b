import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { newOperator, openTab, signIn } from '../support/operator.ts';
import { folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();

test('the audit says who did what and why, also what was refused; its filters, its row and its files are of the address', async () => {
  const chain = ['first', 'second'];
  const simulator = await realSimulator(chain);
  const program = await startProgram(await writeConfig(await folder(), { simulator, chain }));
  const { circuits } = program.control;
  await circuits.trip.mutate({ provider: 'first', reason: 'planned work, =1+1', for: '15m' });
  await circuits.reset.mutate({ provider: 'first', reason: 'it is back', to: 'closed' });
  await expect(circuits.trip.mutate({ provider: 'second', reason: 'too late', epoch: 999 })).rejects.toThrow('changed');
  const stranger = await newOperator(browser());
  await stranger.page.goto(program.dashboard);
  await stranger.page.getByLabel(/sign in with the token/).fill('wrong');
  await stranger.page.getByRole('button', { name: 'Sign in' }).click();
  await stranger.page.getByRole('alert').first().waitFor();
  const operator = await signIn(browser(), program);
  const { page, problems } = operator;
  await page.keyboard.type('ga');
  const rows = page.locator('.audit-table tbody tr');
  await rows.filter({ hasText: 'sign in' }).filter({ hasText: 'refused' }).waitFor();
  await page.getByText('5 acts').waitFor();

  await page.getByRole('button', { name: 'Refused 2' }).click();
  await page.getByText('2 acts').waitFor();
  await rows.filter({ hasText: 'too late' }).waitFor();
  expect(await rows.filter({ hasNotText: 'refused' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Refused' }).click();
  await page.getByLabel('On').selectOption('first');
  await page.getByText('2 acts').waitFor();
  expect(page.url()).toContain('subject=first');
  for (const kind of ['CSV', 'JSON'] as const) {
    const saved = page.waitForEvent('download');
    await page.locator('.bar').getByRole('button', { name: kind, exact: true }).click();
    const text = await readFile(await (await saved).path(), 'utf8');
    await page.getByText('2 saved.').waitFor();
    if (kind === 'JSON') {
      const acts = JSON.parse(text) as { what: string }[];
      expect(acts.map(({ what }) => what)).toEqual(['circuits.reset', 'circuits.trip']);
    } else expect(text.trim().split('\r\n')).toHaveLength(3);
  }

  await page.keyboard.press('j');
  const said = page.getByRole('region', { name: 'What this act was' });
  await said.getByText('it is back').first().waitFor();
  await page.keyboard.press('j');
  await said.getByRole('row', { name: /state closed tripped/ }).waitFor();
  await said.getByText('planned work, =1+1').first().waitFor();
  const friend = await openTab(operator, page.url());
  const saidThere = friend.page.getByRole('region', { name: 'What this act was' });
  await saidThere.getByRole('row', { name: /state closed tripped/ }).waitFor();
  expect(await saidThere.textContent()).toBe(await said.textContent());
  await page.keyboard.press('Escape');
  await said.waitFor({ state: 'detached' });
  expect(await findings(friend.page)).toEqual([]);

  const kept = page.getByRole('region', { name: 'What is kept' });
  await kept.getByRole('row', { name: /^audit 730 d .* nothing yet – who did what and why/ }).waitFor();
  await kept.getByRole('columnheader', { name: 'eldest row, UTC' }).waitFor();
  const inForce = await program.control.record.kept.query();
  const savedKept = page.waitForEvent('download');
  await kept.getByRole('button', { name: 'JSON' }).click();
  expect(JSON.parse(await readFile(await (await savedKept).path(), 'utf8'))).toEqual(inForce);
  for (const width of [720, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { timeout: 10_000 })
      .toBeLessThanOrEqual(width);
  }
  await kept.getByRole('row', { name: /^audit/ }).waitFor();
  expect(await findings(page), 'what is kept, on a phone').toEqual([]);
  expect(problems).toEqual([]);
});
