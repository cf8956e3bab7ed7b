import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder, readIfThere, root, say } from './basics.mjs';

/** The file that says whose work goes out with ours, and under what terms. */
export const licencesFile = join(root, 'server', 'deploy', 'THIRD_PARTY_LICENSES.md');

/** Terms under which others' work may go out with ours, as SPDX names them. Another one takes a decision of people. */
export const allowed = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0'],
  ...['ISC', 'MIT', 'MIT-0', 'OFL-1.1', 'Unlicense'],
];

/** Whether a licence, or an expression of them (`(MIT OR WTFPL)`), leaves us a way that is allowed. */
export function isAllowed(licence) {
  const bare = licence.trim().replace(/^\((.*)\)$/, '$1');
  if (/ OR /.test(bare)) return bare.split(' OR ').some(isAllowed);
  if (/ AND /.test(bare)) return bare.split(' AND ').every(isAllowed);
  return allowed.includes(bare);
}

/**
 * Every package that runs with the server or may be in the pages' files, of whatever platform, sorted: name, version, licence,
 * where it is used, its path in the lock file, and its folder, which is not there for other platforms.
 */
export function shippedPackages({ packages } = readLock()) {
  const inPages = closureOf(packages, importedByPages());
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && (dev !== true || inPages.has(path)))
    .map(([path, { dev, version, license = 'none', os, cpu }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      where: [...(dev === true ? [] : ['server']), ...(inPages.has(path) ? ['pages'] : [])].join(', '),
      path,
      folder: os || cpu ? null : join(root, path),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

export function readLock() {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
}

/** Names of the packages that the pages' sources import. */
function importedByPages() {
  const sources = filesUnder(join(root, 'web')).filter(
    (path) => /\.(tsx?|css)$/.test(path) && !path.endsWith('vite.config.ts'),
  );
  const names = sources.flatMap((path) =>
    [...(readIfThere(path) ?? '').matchAll(/(?:from|import|import\()\s*'((?:@[\w.-]+\/)?[\w-][\w.-]*)[^']*'/g)].map(
      ([, name]) => name,
    ),
  );
  return [...new Set(names)].filter((name) => !name.startsWith('node:'));
}

/** Nothing of them is left in what is built. */
const typesOnly = /^(@types\/|typescript$)/;

/** Paths in the lock file of these packages and of all that they need in turn. */
function closureOf(packages, names) {
  const found = new Set();
  const visit = (name, from) => {
    const path = resolve(packages, name, from);
    if (path === null || found.has(path) || typesOnly.test(name)) return;
    found.add(path);
    const { dependencies = {}, peerDependencies = {} } = packages[path];
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) visit(needed, path);
  };
  for (const name of names) visit(name, '');
  return found;
}

/** As Node finds a package: in the nearest `node_modules` above. Null: it is not installed. */
function resolve(packages, name, from) {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('node_modules/') - 1))) {
    const path = `${above === '' ? '' : `${above}/`}node_modules/${name}`;
    if (packages[path]) return path;
    if (above === '') return null;
  }
}

/** What the file says. */
export function licencesText(shipped = shippedPackages()) {
  const rows = shipped.map(({ name, version, licence, where }) => `| ${name} | ${version} | ${licence} | ${where} |`);
  return `${[
    '# Others’ work in Recloser',
    '',
    'Written by `npm run licences` from package-lock.json. `server`: it runs with the server, and its terms lie beside it in',
    '`node_modules`; `pages`: it may be in the files of the dashboard, its fonts among them, and its terms go out with those as',
    '`/licences.txt`. Everything else in the checkout only builds and tests.',
    '',
    '| package | version | licence | used by |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}

/** What goes out with the dashboard's files: the terms of each package that may be in them. */
export function termsText() {
  const inPages = shippedPackages().filter(({ where }) => where.includes('pages'));
  return `${['The dashboard of Recloser holds work of others, under these terms.', '', ...termsOf(inPages)].join('\n')}\n`;
}

/** The terms word for word, each once, with the notices of those whose they are. */
function termsOf(shipped) {
  const groups = new Map();
  for (const { name, version, licence, folder } of shipped) {
    if (folder === null) continue;
    for (const text of textsOf(folder)) {
      const lines = text
        .replace(/\r/g, '')
        .trim()
        .split('\n')
        .map((line) => line.trimEnd());
      const notices = lines.filter((line) => isNotice(line)).map((line) => line.trim());
      const terms = lines
        .filter((line) => !isNotice(line))
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim();
      const key = terms.replace(/\s+/g, ' ').toLowerCase();
      const group = groups.get(key) ?? { licence, terms, of: [] };
      group.of.push(`${name} ${version}${notices.length > 0 ? `: ${notices.join('; ')}` : ''}`);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ licence, terms, of }) => [
    ...['='.repeat(80), `${licence}`, ''],
    ...[...new Set(of)].sort(compare),
    ...['', terms, ''],
  ]);
}

function isNotice(line) {
  return /^\W*(copyright|\(c\)|©)\b.*(\d{4}|\(c\)|©)/i.test(line.trim()) && line.trim().length < 200;
}

/** Texts of the licence files in a package's own folder; of one without: what its package.json says. */
function textsOf(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter(
    (name) => /^(un)?(licen[cs]e|copying|notice|ofl)\b/i.test(name) && !/\.(js|ts|json|html)$/.test(name),
  );
  if (names.length > 0) return names.sort(compare).map((name) => readFileSync(join(folder, name), 'utf8'));
  const { author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const by = typeof author === 'string' ? author : author?.name;
  return [`Copyright (c) ${by ?? 'its authors'}\nThe package names this licence, and holds no text of it.`];
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Writes the file; 1 where a licence in it is not on the list. */
export function writeLicences() {
  writeFileSync(licencesFile, licencesText());
  const refused = shippedPackages().filter(({ licence }) => !isAllowed(licence));
  for (const { name, version, licence } of refused)
    say(`${name} ${version}: the licence ${licence} is not on the list.`);
  say(`server/deploy/THIRD_PARTY_LICENSES.md is written: ${shippedPackages().length} packages.`);
  return refused.length === 0 ? 0 : 1;
}
