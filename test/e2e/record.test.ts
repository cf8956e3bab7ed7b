import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSqlite } from '../../db/sqlite/open.ts';
import { startThread } from '../../db/sqlite/start.ts';
import type { Batch } from '../../db/storage.ts';
import { realClock } from '../../server/world.ts';
import { attempt, batch, event, failure, request, requests, skip, stored } from '../db/support/records.ts';
import { findings } from '../support/axe.ts';
import { browserForAll } from '../support/browser.ts';
import { startControl } from '../support/control.ts';
import { newOperator, openTab, signIn } from '../support/operator.ts';
import { folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';

const browser = browserForAll();
const providers = ['deepseek-v3', 'llama-3.3-70b', 'qwen-72b'];

/** An operator before a record that was written earlier. */
async function onRecord(given: Batch) {
  const path = await folder();
  const simulator = await realSimulator(providers);
  const config = await writeConfig(path, { simulator, chain: providers });
  const say = () => undefined;
  const storage = await openSqlite({
    path: join(path, 'recloser.db'),
    clock: realClock,
    log: { info: say, warn: say, error: say },
    onStatus: say,
    start: startThread,
  });
  await storage.append(given);
  await storage.close(2_000);
  const program = await startProgram(config);
  const operator = await signIn(browser(), program);
  await operator.page.getByRole('link', { name: 'Requests' }).click();
  return { ...operator, rows: operator.page.locator('.requests-table tbody tr') };
}

const at = Date.UTC(2026, 0, 20, 14, 7);
const slow = request('slow', {
  startedAt: at,
  firstTokenMs: 10_900,
  durationMs: 11_600,
  servedBy: 'qwen-72b',
  attempts: [
    { ...skip(0, 'deepseek-v3'), startedAt: at, until: at + 269_000 },
    {
      ...failure(1, 'llama-3.3-70b', 'firstToken'),
      word: 'firstToken',
      status: null,
      startedAt: at,
      durationMs: 10_000,
    },
    attempt({
      ordinal: 2,
      provider: 'qwen-72b',
      waitMs: 270,
      startedAt: at + 10_270,
      firstTokenMs: 630,
      durationMs: 1_330,
    }),
  ],
});
const opened = event(1, {
  ...{ node: 'a', provider: 'deepseek-v3', at: at - 31_000, from: 'closed', to: 'open', automatic: 'open' },
  ...{ cause: 'failures', evidence: ['before0000/0'] },
});
const others = requests('before', 30).map((each) => ({ ...each, startedAt: at - 60_000 }));

test('why one caller waited 11 s is found: by the counts, the row, and its steps with clocks, circuits and cost', async () => {
  const { page, rows, problems } = await onRecord(
    batch({ requests: [slow, ...others], events: [{ event: opened, stored: stored(1) }] }),
  );
  await page.getByText('31 in the record').waitFor();
  await page.getByRole('button', { name: 'By a fallback 1' }).click();
  await rows.nth(1).waitFor({ state: 'detached' });
  await rows.getByRole('link').click();
  const said = page.getByRole('region', { name: 'Why this request went as it did' });
  await said.getByText(/Its circuit was open, 4\sm 29\ss from the next try/).waitFor();
  await said.getByText(/deepseek-v3 opened: 1 failure in a row/).waitFor();
  await said.getByText(/no first token had come after 10(\.0)?\ss/).waitFor();
  await said.getByText('waited', { exact: true }).waitFor();
  await said.getByText('Answered by qwen-72b, the second fallback').waitFor();
  expect(await findings(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test('what is filtered is exported, all of it and nothing else, as CSV and JSON', async () => {
  const felt = requests('felt', 620).map((each) => ({ ...each, startedAt: at, outcome: 'failed' as const }));
  const { page } = await onRecord(batch({ requests: [...felt, ...others] }));
  await page.getByRole('button', { name: 'Felt by the caller 620' }).click();
  await page.getByText('620 in the record').waitFor();
  for (const kind of ['CSV', 'JSON'] as const) {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: kind }).click();
    const text = await readFile(await (await saved).path(), 'utf8');
    const ids = kind === 'JSON' ? (JSON.parse(text) as { id: string }[]).map(({ id }) => id) : idsOf(text);
    expect(ids.sort()).toEqual(felt.map(({ id }) => id).sort());
    await page.getByText('620 saved.').waitFor();
  }
});

test('a record that cannot be read is not shown as an empty one', async () => {
  const webRoot = fileURLToPath(new URL('../../dist/web', import.meta.url));
  await using control = await startControl({ webRoot });
  const operator = await newOperator(browser());
  await operator.page.goto(control.url + control.signInLink());
  await operator.page.getByRole('heading', { name: 'What happened' }).waitFor();
  await operator.context.route(/trpc\/.*\b(requests|incidents|audit)\.list\b/, (route) => route.abort());
  const empty = /No request has come yet|There has been no incident|No incident goes on|Nobody has done anything yet/;
  await Promise.all(
    ['/requests', '/incidents', '/audit'].map(async (path) => {
      const { page } = await openTab(operator, control.url + path);
      await page.getByRole('alert').getByText('Nothing is known until it can be read.').first().waitFor();
      expect(await page.getByText(empty).count(), path).toBe(0);
    }),
  );
});

function idsOf(csv: string): string[] {
  const [names, ...lines] = csv.trim().split('\r\n');
  expect(names?.split(',')[0]).toBe('id');
  return lines.map((line) => line.split(',')[0] ?? '');
}
