import { expect, test } from 'vitest';
import { annotateInput } from '../../server/operations/incidentInputs.ts';
import { annotate, exportIncident, getIncident } from '../../server/operations/incidents.ts';
import { testOperations } from '../support/control.ts';
import { keptStory } from '../support/incidentStory.ts';

const caller = { who: 'ada', role: 'operator' as const, from: '127.0.0.1' };

function setUp() {
  const { operations, storage, clock } = testOperations();
  storage.incidents.push(keptStory(clock.wall() - 3 * 3_600_000));
  return { operations, storage, clock };
}

test('a note stands in the timeline at the time it is about, and keeps when it was written and by whom', async () => {
  const { operations, storage, clock } = setUp();
  const { beganAt } = await getIncident(operations, 1);
  const input = { id: 1, text: 'status page says eu-west', at: beganAt + 500, starred: true };
  expect(await annotate(operations, caller, annotateInput.parse(input))).toEqual({ id: 1 });
  const { timeline } = await getIncident(operations, 1);
  expect(timeline[1]).toMatchObject({
    ...{ id: 'note-1', at: beganAt + 500, kind: 'note', starred: true },
    written: { who: 'ada', notedAt: clock.wall() },
  });
  expect(storage.acts.at(-1)?.audit).toMatchObject({ who: 'ada', what: 'incidents.annotate', subject: 'incident 1' });
});

test('a row that is starred goes into the report, and one without its star does not', async () => {
  const { operations } = setUp();
  const markdown = async () => (await exportIncident(operations, { id: 1, format: 'markdown' })).text;
  expect(await markdown()).not.toContain('tripped qwen-72b');
  const { timeline } = await getIncident(operations, 1);
  const trip = timeline.find(({ kind }) => kind === 'act');
  await annotate(operations, caller, { id: 1, row: trip?.id ?? '', starred: true });
  await annotate(operations, caller, { id: 1, row: 'first', starred: false });
  expect(await markdown()).toContain('tripped qwen-72b');
  expect(await markdown()).not.toContain('First failed attempt');
});

test('what cannot be noted is refused with what to do', async () => {
  const { operations, storage, clock } = setUp();
  const refusals = [
    [{ id: 7, text: 'a note' }, 'not_found'],
    [{ id: 1, row: 'nowhere', starred: true }, 'not_found'],
    [{ id: 1, text: 'tomorrow', at: clock.wall() + 86_400_000 }, 'bad_request'],
  ] as const;
  for (const [input, code] of refusals)
    await expect(annotate(operations, caller, input)).rejects.toMatchObject({ code });
  for (const wrong of [
    { id: 1 },
    { id: 1, text: ' ' },
    { id: 1, row: 'first' },
    { id: 1, text: 'a', row: 'first', starred: true },
  ]) {
    expect(annotateInput.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
  storage.disk = 'broken';
  await expect(annotate(operations, caller, { id: 1, text: 'a note' })).rejects.toMatchObject({ code: 'unavailable' });
});
