import { expect, test } from 'vitest';
import { run } from '../support/cli.ts';
import { startControl, testToken } from '../support/control.ts';
import { keptStory } from '../support/incidentStory.ts';

test('incidents lists them; incident ID prints the post-mortem, the same as the page copies; a wrong number is refused', async () => {
  await using control = await startControl();
  const env = { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken };
  expect((await run(['incidents'], { env })).out).toBe('There is no such incident.\n');
  control.storage.incidents.push(keptStory(Date.UTC(2026, 10, 17, 14, 0, 0)));
  const { out } = await run(['incidents'], { env });
  expect(out).toMatch(/1 +2026-11-17 14:01:30 +2026-11-17 14:42:00 +resolved +0 +deepseek-v3 stopped answering/);
  const markdown = await run(['incident', '1', '--markdown'], { env });
  expect(markdown).toMatchObject({ exitCode: 0, out: expect.stringContaining('# Incident 1: deepseek-v3') });
  expect(JSON.parse((await run(['incident', '1', '--json'], { env })).out)).toMatchObject({ id: 1, errors: 0 });
  expect((await run(['incident', '1', '--csv'], { env })).out).toMatch(/^row,at,until,kind/);
  expect(await run(['incident', '7'], { env })).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('no incident 7'),
  });
  expect((await run(['incident', 'first'], { env })).exitCode).toBe(2);
});

test('while old incidents are being told, the list says how far that is, and says no more when it is done', async () => {
  let telling = { isBehind: true, toldUntil: Date.UTC(2026, 10, 17, 14, 0, 0) as number | null };
  await using control = await startControl({ telling: () => telling });
  const env = { RECLOSER_URL: control.url, RECLOSER_TOKEN: testToken };
  const behind = await run(['incidents'], { env });
  expect(behind.err).toBe(
    'Older incidents are still being told, up to 2026-11-17 14:00:00 UTC: ask again in a moment.\n',
  );
  telling = { isBehind: false, toldUntil: null };
  expect((await run(['incidents'], { env })).err).toBe('');
});
