import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Tables whose files are saved by what stands around them. */
const savedElsewhere = new Set([
  'web/audit/actPanel.tsx', // one act: with all others, by the page
  'web/charts/answeredTable.tsx', // by links of its own
  'web/requests/table.tsx', // by the page
]);

test('every table can be saved as CSV and JSON', () => {
  const all = readdirSync('web', { recursive: true, encoding: 'utf8' }).map((file) => `web/${file}`);
  const files = all.filter((file) => file.endsWith('.tsx') && readFileSync(file, 'utf8').includes('<table'));
  expect(files.length).toBeGreaterThan(15);
  const unsaved = files.filter((file) => {
    const text = readFileSync(file, 'utf8');
    return !savedElsewhere.has(file) && !/<(SavedTable|ExportButtons|SavedGroups)\b/.test(text);
  });
  expect(unsaved).toEqual([]);
});
