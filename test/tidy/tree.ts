import { posix } from 'node:path';
import type { Finding } from './source.ts';

const topLevel = new Set([
  ...['server', 'web', 'db', 'test', '.ci'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'recloser.example.yaml'],
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE'],
  ...['.biome.json', '.knip.json', '.editorconfig', '.gitignore', '.npmrc'],
]);

/** Entries of the top level that nobody agreed on: a person's first look should take in all of it. */
export function strangersAtTheTop(files: string[]): Finding[] {
  const entries = new Set(files.map((path) => path.split('/')[0] ?? path));
  return [...entries].filter((name) => !topLevel.has(name)).map((name) => `${name}: does not belong at the top level`);
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
}

/** Versions in package.json that are ranges: two installs would differ. */
export function loosePins(manifest: Manifest): Finding[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
  return Object.entries(all)
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `package.json: ${name} is ${version}: name one version`);
}

type Locked = Manifest & { version?: string; optionalDependencies?: Record<string, string> };

/** Where package-lock.json does not say what package.json asks for, or leaves a platform's part out: `npm ci` would fail. */
export function lockGaps(manifest: Manifest, lock: { packages: Record<string, Locked> }): Finding[] {
  const top = lock.packages[''] ?? {};
  const differs = (['dependencies', 'devDependencies'] as const).filter(
    (kind) => sortedText(top[kind]) !== sortedText(manifest[kind]),
  );
  const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !isLocked(lock.packages, path, name)),
  );
  return [
    ...differs.map((kind) => `package-lock.json: its ${kind} are not those of package.json`),
    ...missing.map((name) => `package-lock.json: has no entry for ${name}, which another platform needs`),
  ];
}

/** Whether a package is found from another's folder, going up as Node does. */
function isLocked(packages: Record<string, Locked>, from: string, name: string): boolean {
  const inside = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (packages[inside] !== undefined) return true;
  return from !== '' && isLocked(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

function sortedText(record: Record<string, string> | undefined): string {
  return JSON.stringify(Object.entries(record ?? {}).sort());
}

/** Links and `paths` in a document that lead nowhere. `exists` takes a path from the root. */
export function deadLinks(path: string, text: string, exists: (path: string) => boolean): Finding[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)];
  const named = [...text.matchAll(/`((?:server|db|web|test)\/[\w./-]+)`/g)];
  const targets = [
    ...links.map(([, link]) => posix.join(posix.dirname(path), link ?? '')),
    ...named.map(([, name]) => name ?? ''),
  ];
  return [...new Set(targets)]
    .filter((target) => !exists(target))
    .map((target) => `${path}: leads to ${target}, which is not there`);
}
