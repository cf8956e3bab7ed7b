import { expect, test } from 'vitest';
import { hashPassword } from '../../server/operations/access/passwords.ts';
import { acceptInvitation, addPerson, changePassword, changePerson } from '../../server/operations/access/people.ts';
import type { Caller } from '../../server/operations/operations.ts';
import { goodPassword } from '../support/access.ts';
import { testOperations } from '../support/control.ts';

const admin: Caller = { who: 'token:admin', role: 'admin', from: '127.0.0.1' };

/** An operator who has an invitation. */
async function invited() {
  const { operations } = testOperations();
  const { person, secret } = await addPerson(operations, admin, { name: 'ada', role: 'operator' });
  return { operations, id: person.id, secret, now: () => operations.book.person(person.id) };
}

/** A password takes a while to hash, and whoever it is of may be shut out meanwhile. */
test('who sets a first password just as their role is taken away has the lesser role', async () => {
  const { operations, id, secret, now } = await invited();
  const joining = acceptInvitation(operations, '127.0.0.1', { secret, password: goodPassword });
  await changePerson(operations, admin, { id, role: 'viewer' });
  expect(await joining).toMatchObject({ role: 'viewer' });
  expect(now()).toMatchObject({ role: 'viewer', passwordHash: expect.any(String) });
});

test('who changes their password just as they are shut out stays out', async () => {
  const { operations, id, now } = await invited();
  const person = now();
  if (!person) throw new Error('nobody was added');
  operations.book.put({ tokens: [], people: [{ ...person, passwordHash: await hashPassword(goodPassword) }] });
  const ada = { who: 'ada', role: 'operator', from: '127.0.0.1', owner: id } as const;
  const change = { current: goodPassword, password: 'another long password' };
  const changing = changePassword(operations, ada, change);
  await changePerson(operations, admin, { id, disabled: true });
  await expect(changing).rejects.toMatchObject({ code: 'forbidden' });
  expect(now()).toMatchObject({ disabledAt: expect.any(Number) });
});
