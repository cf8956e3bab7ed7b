import { expect, test } from 'vitest';
import { fileOf, incidentFormats } from '../../../server/core/incidents/export.ts';
import { meantOf } from '../../../server/core/incidents/meant.ts';
import { dollars, dollarsBeside, range, share } from '../../../server/core/incidents/words.ts';
import { keptStory } from '../../support/incidentStory.ts';
import { unpricedFigures } from '../../support/savingsCount.ts';

const start = Date.UTC(2026, 10, 17, 14, 0, 0);

function incident() {
  const kept = keptStory(start);
  const note = { id: 3, at: start + 192_000, notedAt: start + 220_000, who: 'ops-day', starred: true };
  kept.notes.push({ ...note, text: 'status page says eu-west | "degraded", *really*\nsince 14:00' });
  kept.notes.push({ ...note, id: 4, at: start + 300_000, starred: false, text: '=cmd()' });
  kept.stars.push({ rowId: 'mitigated', starred: true });
  return kept;
}

test.each(incidentFormats)('an incident as %s is, to the byte, what it was', async (format) => {
  const file = fileOf(incident(), format);
  expect(fileOf(incident(), format)).toEqual(file);
  await expect(file.text).toMatchFileSnapshot(`golden/${file.name}.txt`);
});

test('what ended on another day than it began has that day beside it in the report', () => {
  const kept = keptStory(Date.UTC(2026, 10, 17, 23, 50));
  kept.stars.push(...kept.report.timeline.map(({ id }) => ({ rowId: id, starred: true })));
  const { text } = fileOf(kept, 'markdown');
  expect(text).toMatch(/\| 2026-11-17 23:\d\d:\d\d – 2026-11-18 00:\d\d:\d\d \|/);
});

test('while it goes on, lanes end where the record has been read: what has not come yet has no state', () => {
  const until = start + 630_000;
  const { report } = keptStory(start, until);
  expect(report.state).toBe('open');
  expect(report.window.to).toBeGreaterThan(until);
  expect(report.lanes.map(({ spans }) => spans.at(-1)?.to)).toEqual(report.lanes.map(() => until));
  expect(report.lanes.length).toBeGreaterThan(0);
});

test('all and none are told from nearly', () => {
  expect([share(9_999, 10_000), share(10_000, 10_000), share(0, 10_000), share(1, 10_000), share(0, 0)]).toEqual([
    '99.9 %',
    '100 %',
    '0 %',
    'under 0.1 %',
    '–',
  ]);
});

test('money is as exact as is of use, a range is one number where both ends are', () => {
  expect([31_204_000_000, -490_000_000, 420_000, 0, 1_234_567_000_000_000].map(dollars)).toEqual([
    '$31.20',
    '−$0.49',
    '$0.00042',
    '$0.00',
    '$1,234,567.00',
  ]);
  expect(range({ low: 0, high: 0 }, dollars)).toBe('$0.00');
  // Less than what the digits of its range can show is nought, and nought has no sign.
  expect(range({ low: -3_600, high: 107_400_000 }, dollarsBeside)).toBe('$0.00 – $0.11');
  expect(range({ low: -490_000_000, high: 1e9 }, dollars)).toBe('−$0.49 – $1.00');
});

test('money and waiting that nobody knows are no nought in a report', () => {
  const { impact } = incident().report;
  const texts = meantOf({ ...impact, savings: unpricedFigures() }).map(({ id, text }) => [id, text]);
  expect(Object.fromEntries(texts)).toMatchObject({ notMade: '3', spared: '–', spend: '–', premium: '–', net: '–' });
});
