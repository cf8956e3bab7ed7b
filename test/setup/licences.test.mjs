import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  isAllowed,
  licencesFile,
  licencesText,
  readLock,
  shippedPackages,
  termsText,
} from '../../server/setup/licences.mjs';

test('every package that goes out with ours is listed with its licence: else run npm run licences', () => {
  expect(readFileSync(licencesFile, 'utf8')).toBe(licencesText());
});

test('each licence is one that people have allowed', () => {
  const refused = shippedPackages().filter(({ licence }) => !isAllowed(licence));
  expect(refused.map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
});

test('a package that is added is seen, also one that only the pages need in turn, and one for another platform', () => {
  const lock = readLock();
  const add = (name, rest) => {
    lock.packages[`node_modules/${name}`] = { version: '1.0.0', ...rest };
  };
  add('served', { license: 'GPL-3.0-only' });
  add('deep', { dev: true });
  add('only-tests', { dev: true, license: 'GPL-3.0-only' });
  add('served-win32', { license: 'MIT', os: ['win32'], optional: true });
  lock.packages['node_modules/recharts'].dependencies.deep = '1.0.0';
  const seen = shippedPackages(lock).filter(({ name }) => /^(served|deep$|only-)/.test(name));
  expect(seen.map(({ name, licence, where }) => [name, licence, where])).toEqual([
    ['deep', 'none', 'pages'],
    ['served', 'GPL-3.0-only', 'server'],
    ['served-win32', 'MIT', 'server'],
  ]);
});

test.each([
  ['MIT', true],
  ['(MIT OR WTFPL)', true],
  ['MIT AND ISC AND BSD-3-Clause', true],
  ['MIT AND GPL-3.0-only', false],
  ['(GPL-2.0 OR AGPL-3.0)', false],
  ['UNLICENSED', false],
  ['none', false],
])('%s is allowed: %s', (licence, allowed) => {
  expect(isAllowed(licence)).toBe(allowed);
});

test('what goes out with the pages holds the terms of each package in them, the fonts among them', () => {
  const terms = termsText();
  const pages = shippedPackages().filter(({ where }) => where.includes('pages'));
  expect(pages.length).toBeGreaterThan(30);
  for (const { name, version } of pages) expect(terms).toContain(`${name} ${version}`);
  for (const words of ['SIL OPEN FONT LICENSE', 'Permission is hereby granted', 'Vitaly Rtishchev'])
    expect(terms).toContain(words);
});
