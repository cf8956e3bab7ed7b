import { expect, test } from 'vitest';
import { browserForAll } from '../support/browser.ts';
import { feedOf, type Operator, signIn } from '../support/operator.ts';
import { ask, folder, type Program, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();

async function start(chain: string[]): Promise<Program> {
  const simulator = await realSimulator(chain);
  return await startProgram(await writeConfig(await folder(), { simulator, chain, more: 'breaker: { ramp: 0s }' }));
}

async function openTrip(operator: Operator, provider: string) {
  await operator.row(provider).getByRole('button', { name: 'Trip…' }).click();
  return dialogOf(operator, `Trip ${provider}`);
}

function dialogOf({ page }: Operator, name: string) {
  const dialog = page.getByRole('dialog', { name });
  return { dialog, button: (label: string) => dialog.getByRole('button', { name: label, exact: true }) };
}

test('a trip shows first what it would have done, asks for a reason, and can be taken back for ten seconds', async () => {
  const program = await start(['first', 'second']);
  for (let call = 0; call < 4; call += 1) await ask(program);
  const operator = await signIn(browser(), program);
  const { dialog, button } = await openTrip(operator, 'first');
  await button('Cancel').and(operator.page.locator(':focus')).waitFor();
  await dialog.getByText('4 requests tried first first: 4 would have gone to second').waitFor();
  expect(await button('Trip first').isDisabled()).toBe(true);
  await button('provider outage').click();
  await dialog.getByText('5 min', { exact: true }).click();
  await dialog.getByText('never straight to closed').waitFor();
  await button('Trip first').click();
  await operator.sees('first', 'tripped by hand');
  const row = operator.row('first');
  await row.getByText('“provider outage”').waitFor();
  await row.getByText('tripped by token:admin').waitFor();
  expect(await row.getByRole('timer').textContent()).toMatch(/^(5:00|4:5\d)$/);
  expect((await ask(program)).trail).toBe('first=tripped, second=ok');

  await operator.page.getByRole('button', { name: 'Undo' }).click();
  await operator.reads('The trip is taken back: first is closed.');
  await operator.sees('first', 'closed');
  expect((await ask(program)).trail).toBe('first=ok');
  await feedOf(operator).filter({ hasText: 'token:admin released first: “trip taken back”.' }).waitFor();
  expect(operator.problems).toEqual([]);
});

test('where callers would have nobody, a trip waits for the name of the provider', async () => {
  const program = await start(['only']);
  await ask(program);
  const operator = await signIn(browser(), program);
  const { dialog, button } = await openTrip(operator, 'only');
  await dialog.getByText(/1 would have had nobody/).waitFor();
  await button('planned work').click();
  expect(await button('Trip only').isDisabled()).toBe(true);
  await dialog.getByLabel(/Type only to go on/).fill('onl');
  expect(await button('Trip only').isDisabled()).toBe(true);
  await dialog.getByLabel(/Type only to go on/).fill('only');
  await button('Trip only').click();
  await operator.sees('only', 'tripped by hand');
  await operator.reads('Chains with nobody left');
});

test('of two operators, the second sees what the circuit is now, and nothing is changed under them', async () => {
  const program = await start(['first', 'second']);
  const [quick, slow] = [await signIn(browser(), program), await signIn(browser(), program)];
  const slowly = await openTrip(slow, 'first');
  await slowly.button('cost').click();
  const quickly = await openTrip(quick, 'first');
  await quickly.button('bad answers').click();
  await quickly.button('Trip first').click();
  await slow.sees('first', 'tripped by hand');
  const moved = slowly.dialog.getByRole('alert');
  await moved.getByText('first has changed since you looked.').waitFor();
  await moved.getByText(/tripped by token:admin: bad answers/).waitFor();
  expect(await slowly.button('Trip first').isDisabled()).toBe(true);
  expect(await program.circuit('first')).toMatchObject({ reason: 'bad answers' });

  await slowly.button('Go on from there').click();
  await slowly.button('Trip first').click();
  await quick.row('first').getByText('“cost”').waitFor();
});

test('two operators who act in the same moment do not undo one another: one is told', async () => {
  const program = await start(['first', 'second']);
  const operator = await signIn(browser(), program);
  const { dialog, button } = await openTrip(operator, 'first');
  await button('cost').click();
  // The other's act is done, and its event is still on its way to this page.
  await operator.page.route('**/trpc/circuits.trip*', async (route) => {
    await program.control.circuits.hold.mutate({ provider: 'first', reason: 'it is well', for: '15m' });
    await route.continue();
  });
  await button('Trip first').click();
  await dialog.getByText('first has changed since you looked.').waitFor();
  expect(await program.circuit('first')).toMatchObject({ state: 'heldClosed', reason: 'it is well' });
});

test('a reset asks the provider first, and shows its answer before anything is changed', async () => {
  const program = await start(['first', 'second']);
  await ask(program);
  await program.control.circuits.trip.mutate({ provider: 'first', reason: 'planned work', for: '15m' });
  const operator = await signIn(browser(), program);
  await operator.row('first').getByRole('button', { name: 'Reset…' }).click();
  const { dialog, button } = dialogOf(operator, 'Reset first');
  await dialog.getByText('Probe first').click();
  await button('planned work over').click();
  await button('Probe').click();
  await dialog.getByText(/● It answered in /).waitFor();
  await operator.sees('first', 'tripped by hand');
  await dialog.getByText('All of its traffic comes back').click();
  await button('Reset to closed').click();
  await operator.sees('first', 'closed');
  await operator.reads('first is closed.');
});
