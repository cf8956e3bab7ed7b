import { expect, test } from 'vitest';
import { auditOf } from '../../server/setup/audit.mjs';

const shipped = [
  { name: 'served', version: '1.0.0', where: 'server', path: 'node_modules/served' },
  { name: 'deep', version: '2.0.0', where: 'server', path: 'node_modules/served/node_modules/deep' },
  { name: 'shown', version: '3.0.0', where: 'pages', path: 'node_modules/shown' },
];
const advisory = { title: 'Reads too much', url: 'https://advisories.example/1' };
/** A report as npm 10 and 11 write it. */
const report = (...rows) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      rows.map(([name, nodes, via = [advisory]]) => [
        name,
        { name, severity: 'high', isDirect: true, via, effects: [], range: '<9', nodes, fixAvailable: true },
      ]),
    ),
  });

test('nothing known passes', () => {
  expect(auditOf(report(), shipped)).toEqual({
    exit: 0,
    lines: ['Nothing is known against the 3 packages that go out.'],
  });
});

test('what runs with the server or is in the pages fails, each by name, also a copy within another package', () => {
  const { exit, lines } = auditOf(
    report(
      ['served', ['node_modules/served'], ['deep']],
      ['deep', ['node_modules/tests/node_modules/deep', 'node_modules/served/node_modules/deep']],
      ['shown', ['node_modules/shown']],
    ),
    shipped,
  );
  expect(exit).toBe(1);
  expect(lines.slice(0, 3)).toEqual([
    'high: served 1.0.0 (server): by deep.',
    'high: deep 2.0.0 (server): Reads too much https://advisories.example/1.',
    'high: shown 3.0.0 (pages): Reads too much https://advisories.example/1.',
  ]);
});

test('what only builds and tests is told of, and fails nothing', () => {
  const { exit, lines } = auditOf(report(['deep', ['node_modules/tests/node_modules/deep']]), shipped);
  expect([exit, lines]).toEqual([0, [expect.stringContaining('1 are known')]]);
});

test.each([
  ['a registry that takes no audits', JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 }), '405'],
  ['an error without words', JSON.stringify({ error: { code: 'EAUDITGONE', summary: '' } }), 'EAUDITGONE'],
  ['no connection', JSON.stringify({ error: { code: 'ENOTFOUND', summary: 'request failed' } }), 'request failed'],
  ['no JSON', 'npm error code X', 'npm error code X'],
  ['nothing', '', 'it said nothing'],
])('%s is not taken for nothing known', (_name, output, why) => {
  const { exit, lines } = auditOf(output, shipped);
  expect([exit, lines]).toEqual([2, [expect.stringContaining(why)]]);
});
