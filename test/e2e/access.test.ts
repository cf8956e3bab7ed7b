import { expect, test } from 'vitest';
import { findingsInBothThemes } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { newOperator, signIn } from '../support/operator.ts';
import { folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const password = 'a long enough password';

async function start() {
  const simulator = await realSimulator(['first']);
  return await startProgram(await writeConfig(await folder(), { simulator, chain: ['first'] }), { token: '' });
}

const access = { path: '/access', heading: 'Signed in now' };

test('an admin invites a person, who sets a password, comes in with it, and is shut out again', async () => {
  const program = await start();
  const { origin } = new URL(program.dashboard);
  const admin = await signIn(browser(), program, { at: access });
  await admin.page.getByLabel('Name').fill('ada');
  await admin.page.getByRole('button', { name: 'Add a person' }).click();
  const link = await admin.page.getByText(`${origin}/join?code=`).textContent();
  await admin.page.getByText('invitation, not taken up yet').waitFor();

  const ada = await newOperator(browser(), { viewport: { width: 360, height: 740 } });
  await ada.page.goto(link ?? '');
  await ada.page.getByLabel('Password').fill(password);
  await ada.page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await ada.page.getByRole('heading', { name: 'What happened' }).waitFor();
  expect(ada.page.url()).not.toContain('code');
  await ada.page.goto(`${origin}${access.path}`);
  await ada.page.getByRole('heading', { name: access.heading }).waitFor();
  expect(await ada.page.getByRole('heading', { name: 'People' }).count()).toBe(0);
  await ada.page.getByRole('cell', { name: 'ada this one' }).waitFor();

  await admin.page.getByRole('button', { name: 'Shut ada out' }).click();
  await ada.page.getByRole('heading', { name: 'Sign in to Recloser' }).waitFor();
  await ada.page.getByLabel('Name').fill('ada');
  await ada.page.getByLabel('Password').fill(password);
  await ada.page.getByRole('button', { name: 'Sign in' }).first().click();
  await ada.reads('Name and password do not fit');
  expect([...admin.problems, ...ada.problems]).toEqual([]);
});

test('a token is shown once and revoked; axe finds nothing in either theme', async () => {
  const program = await start();
  const { origin } = new URL(program.dashboard);
  const { page } = await signIn(browser(), program, { at: access });
  await page.getByLabel('What it is for').fill('prometheus');
  await page.getByLabel('metrics').check();
  await page.getByRole('button', { name: 'Make a token' }).click();
  const secret = (await page.getByText(/^rcl_/).textContent()) ?? '';
  const asProgram = () =>
    fetch(`${origin}/trpc/about.get`, { headers: { authorization: `Bearer ${secret}` } }).then(({ status }) => status);
  expect(await asProgram()).toBe(200);
  expect(await findingsInBothThemes(page)).toEqual([]);
  await page.reload();
  await page.getByRole('button', { name: 'Revoke prometheus' }).click();
  await page.getByText('revoked', { exact: true }).first().waitFor();
  expect(await page.getByText(secret).count()).toBe(0);
  expect(await asProgram()).toBe(401);
});
