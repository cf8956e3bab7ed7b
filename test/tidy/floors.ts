import { type Import, importsOf } from './imports.ts';
import { type Finding, finding, type Source } from './source.ts';

interface Floor {
  /** Paths that belong to it; the first floor that matches a file is its floor. */
  path: RegExp;
  /** Files it may import beside its own. */
  files: RegExp[];
  /** Files of which it may import the types. */
  types?: RegExp[];
  /** Packages. `node:*` stands for all of Node's own. */
  packages: string[] | 'all';
}

const core = /^server\/core\//;
const storage = /^db\/storage\.ts$/;
const router = /^server\/control\/router\.ts$/;

/** The table of ARCHITECTURE.md: what may import what. What is not named here is refused. */
export const floors: Record<string, Floor> = {
  'server/core': { path: core, files: [], packages: ['zod', 'xstate'] },
  'server/circuits': { path: /^server\/circuits\//, files: [core], packages: ['xstate'] },
  'server/gateway': {
    path: /^server\/gateway\//,
    files: [core, /^server\/circuits\//],
    packages: ['fastify', 'undici', 'eventsource-parser', 'node:*'],
  },
  'server/journal': { path: /^server\/journal\//, files: [core, storage], packages: [] },
  'server/operations': {
    path: /^server\/operations\//,
    files: [core, /^server\/circuits\//, storage],
    packages: ['zod', '@node-rs/argon2', 'node:*'],
  },
  'server/alerts': { path: /^server\/alerts\//, files: [core, storage], packages: ['undici', 'node:*'] },
  'server/control': {
    path: /^server\/control\//,
    files: [core, /^server\/operations\//, storage],
    packages: ['@trpc/server', 'fastify', '@fastify/static', '@fastify/cookie', 'openid-client', 'zod', 'node:*'],
  },
  'server/observe': {
    path: /^server\/observe\//,
    files: [core],
    packages: [
      ...['pino', 'prom-client', 'undici', 'node:*', '@opentelemetry/api', '@opentelemetry/sdk-trace-base'],
      ...['@opentelemetry/resources', '@opentelemetry/exporter-trace-otlp-http'],
      '@opentelemetry/exporter-trace-otlp-proto',
    ],
  },
  'server/simulator': { path: /^server\/simulator\//, files: [core], packages: ['undici', 'node:*'] },
  'server/config': { path: /^server\/config\//, files: [core], packages: ['zod', 'yaml', 'node:*'] },
  'server/cli': {
    path: /^server\/cli(\.ts$|\/)/,
    files: [core, /^server\/config\//],
    types: [router],
    packages: ['commander', '@trpc/client', 'eventsource-parser', 'undici', 'node:*'],
  },
  'server/setup': { path: /^server\/setup\//, files: [], packages: ['esbuild', 'node:*'] },
  'server/world.ts': { path: /^server\/world\.ts$/, files: [core], packages: ['node:*'] },
  'server (app, main)': { path: /^server\/[a-zA-Z]+\.c?ts$/, files: [/^(server|db)\//], packages: 'all' },
  db: { path: /^db\//, files: [core], packages: ['drizzle-orm', 'better-sqlite3', 'drizzle-kit', 'node:*'] },
  web: { path: /^web\//, files: [], types: [router, core], packages: 'all' },
  test: { path: /^test\//, files: [/^(server|db|web|dist)\//], packages: 'all' },
};

/** Every import across floors that the table does not allow. */
export function floorFindings(sources: Source[]): Finding[] {
  return sources.flatMap((source) => {
    const entry = Object.entries(floors).find(([, floor]) => floor.path.test(source.path));
    if (!entry) return [`${source.path}:1: is on no floor: move it, or give the floor table a row`];
    const [name, floor] = entry;
    return importsOf(source)
      .filter((import_) => !isAllowed(floor, import_))
      .map((import_) => finding(source, import_.node, `${name} may not import ${import_.file ?? import_.specifier}`));
  });
}

function isAllowed(floor: Floor, import_: Import): boolean {
  const { file, package: name, typeOnly } = import_;
  if (file !== null) {
    const allowed = typeOnly ? [...floor.files, ...(floor.types ?? [])] : floor.files;
    return floor.path.test(file) || allowed.some((path) => path.test(file));
  }
  if (floor.packages === 'all' || name === null) return true;
  return floor.packages.includes(name.startsWith('node:') ? 'node:*' : name);
}

/** Every ring of files that import one another, named once. Types make no ring: they are gone before anything is loaded. */
export function ringFindings(sources: Source[]): Finding[] {
  const next = new Map(sources.map((source) => [source.path, filesOf(source)]));
  const done = new Set<string>();
  const rings = new Map<string, Finding>();
  const visit = (path: string, above: string[]): void => {
    const start = above.indexOf(path);
    if (start >= 0) {
      const ring = above.slice(start);
      rings.set([...ring].sort().join(), `${path}:1: imports itself in a ring: ${[...ring, path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const file of next.get(path) ?? []) visit(file, [...above, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return [...rings.values()];
}

function filesOf(source: Source): string[] {
  return importsOf(source).flatMap(({ file, typeOnly }) => (file === null || typeOnly ? [] : [file]));
}
