import { describe, expect, it } from 'vitest';
import { floorFindings, ringFindings } from './floors.ts';
import { longFiles, longFunctions, manyParameters } from './shape.ts';
import { type Finding, parse } from './source.ts';
import { deadLinks, lockGaps, loosePins, strangersAtTheTop } from './tree.ts';
import { lookingAway, machinePaths, openEnds, testsLeftOut } from './words.ts';
import { clockFindings, environmentFindings, fetchFindings, sleepFindings } from './world.ts';

/** A rule that cannot fail holds nothing: each is shown code that breaks it, and code that does not. */

describe('floors', () => {
  const imports = (path: string, line: string): Finding[] => floorFindings([parse(path, line)]);

  it.each([
    ['server/core/a.ts', "import { Board } from '../circuits/board.ts';"],
    ['server/core/a.ts', "import type { Board } from '../circuits/board.ts';"],
    ['server/core/a.ts', "import { readFile } from 'node:fs';"],
    ['server/core/a.ts', "import { Pool } from 'undici';"],
    ['server/circuits/a.ts', "export * from '../gateway/chat.ts';"],
    ['server/gateway/a.ts', "import { openSqlite } from '../../db/sqlite/open.ts';"],
    ['server/gateway/a.ts', "const drizzle = await import('drizzle-orm');"],
    ['server/gateway/a.ts', "new Worker(new URL('../../db/sqlite/thread.ts', import.meta.url));"],
    ['server/journal/a.ts', "type Table = import('../../db/schema.ts').Requests;"],
    ['server/control/a.ts', "import { createGateway } from '../gateway/gateway.ts';"],
    ['server/simulator/a.ts', "import { realClock } from '../world.ts';"],
    ['server/cli.ts', "import { router } from './control/router.ts';"],
    ['db/sqlite/a.ts', "import { Recorder } from '../../server/journal/recorder.ts';"],
    ['web/a.tsx', "import { router } from '../server/control/router.ts';"],
    ['server/app.ts', "import { fakeClock } from '../test/support/fakeClock.ts';"],
    ['elsewhere/a.ts', ''],
  ])('%s may not hold: %s', (path, line) => expect(imports(path, line)).toHaveLength(1));

  it.each([
    ['server/core/a.ts', "import { z } from 'zod'; import { other } from './other.ts';"],
    ['server/journal/a.ts', "import type { Storage } from '../../db/storage.ts';"],
    ['server/cli/a.ts', "import type { Router } from '../control/router.ts'; import { help } from '../cli.ts';"],
    ['web/a.tsx', "import type { Router } from '../server/control/router.ts'; import { useState } from 'react';"],
    ['server/app.ts', "import { openSqlite } from '../db/sqlite/open.ts';"],
  ])('%s may hold: %s', (path, line) => expect(imports(path, line)).toEqual([]));

  it('a ring is named once, and a ring of types is none', () => {
    const first = parse('server/core/a.ts', "import { b } from './b.ts';");
    const second = parse('server/core/b.ts', "export { c } from './c.ts';");
    const third = parse('server/core/c.ts', "import { a } from './a.ts';");
    expect(ringFindings([first, second, third])).toEqual([
      'server/core/a.ts:1: imports itself in a ring: server/core/a.ts → server/core/b.ts → server/core/c.ts → server/core/a.ts',
    ]);
    const types = parse('server/core/c.ts', "import type { A } from './a.ts';");
    expect(ringFindings([first, second, types])).toEqual([]);
  });
});

describe('shape', () => {
  const lines = (count: number) => '\n'.repeat(count - 1);

  it('300 lines are a sitting, 301 are not', () => {
    expect(longFiles([parse('a.ts', `${'a;\n'.repeat(300)}`)])).toEqual([]);
    expect(longFiles([parse('a.ts', `${'a;\n'.repeat(301)}`)])).toHaveLength(1);
  });

  it('70 lines are a screen, 71 are not', () => {
    expect(longFunctions([parse('a.ts', `/** Why.\n */\nfunction walk() {${lines(70)}}`)])).toEqual([]);
    expect(longFunctions([parse('a.ts', `\nfunction walk() {${lines(71)}}`)])).toEqual([
      'a.ts:2: walk has 71 lines; at most 70',
    ]);
    expect(longFunctions([parse('a.ts', `const walk = async () => {${lines(71)}};`)])).toHaveLength(1);
    expect(longFunctions([parse('a.ts', `class A { constructor() {${lines(71)}} }`)])).toHaveLength(1);
  });

  it('a function that holds tests may be long, a test may not', () => {
    expect(longFunctions([parse('test/a.test.ts', `describe('a', () => {it('b', () => 1);${lines(71)}});`)])).toEqual(
      [],
    );
    expect(longFunctions([parse('test/a.test.ts', `it('a', () => {${lines(71)}});`)])).toHaveLength(1);
    expect(longFunctions([parse('server/a.ts', `describe('a', () => {it('b', () => 1);${lines(71)}});`)])).toHaveLength(
      1,
    );
  });

  it('three parameters are enough', () => {
    expect(manyParameters([parse('a.ts', 'const a = (b: B, c: C, d: D) => 1;')])).toEqual([]);
    expect(manyParameters([parse('a.ts', 'class A { f(b: B, c: C, d: D, e: E) {} }')])).toHaveLength(1);
  });
});

describe('the world', () => {
  it.each([
    'process.env.HOME',
    "process['env']",
    'globalThis.process.env',
    'const { env } = process;',
    "import { env } from 'node:process';",
  ])('the environment is read by %s', (line) =>
    expect(environmentFindings([parse('a.ts', line)]).length).toBeGreaterThan(0),
  );

  it.each([
    ...['Date.now()', 'new Date()', 'Math.random()', 'performance.now()', 'const { now } = performance;'],
    ...['setTimeout(f, 5)', 'setInterval(f, 5)', 'globalThis.setTimeout(f, 5)', 'AbortSignal.timeout(5)'],
    ...['process.hrtime.bigint()', 'crypto.randomUUID()', "import { setTimeout } from 'node:timers/promises';"],
  ])('the world is read by %s', (line) => expect(clockFindings([parse('a.ts', line)])).toHaveLength(1));

  it.each(['clock.now()', 'new Date(at)', 'clock.after(5, f)', 'socket.setTimeout(5)', 'clearTimeout(timer)'])(
    'the world is not read by %s',
    (line) => expect(clockFindings([parse('a.ts', line)])).toEqual([]),
  );

  it('a fetch of one’s own is not the global one', () => {
    expect(fetchFindings([parse('a.ts', 'await fetch(url);')])).toHaveLength(1);
    expect(fetchFindings([parse('a.ts', "import { fetch } from 'undici'; await fetch(url);")])).toEqual([]);
  });

  it.each([
    'await new Promise((resolve) => setTimeout(resolve, 50));',
    'await new Promise((done) => { setTimeout(done, 50); });',
    "import { setTimeout as wait } from 'node:timers/promises';",
  ])('a test sleeps by %s', (line) => expect(sleepFindings([parse('test/a.test.ts', line)])).toHaveLength(1));

  it('a bounded wait for an event is no sleep', () => {
    const line = 'await new Promise((resolve, reject) => { socket.once("x", resolve); setTimeout(reject, 50); });';
    expect(sleepFindings([parse('test/a.test.ts', line)])).toEqual([]);
  });
});

describe('words', () => {
  it.each([`// TO${'DO'}: later`, `/* FIX${'ME'} */`])('%s is an open end', (line) =>
    expect(openEnds([parse('a.ts', line)])).toHaveLength(1),
  );

  it.each([`// @ts-${'ignore'}`, `// biome-${'ignore'} lint: why`, 'const a = b as any;', 'let a: any[];'])(
    '%s looks away',
    (line) => expect(lookingAway([parse('a.ts', line)])).toHaveLength(1),
  );

  it.each(['it.only("a", f)', 'describe.skip("a", f)', 'it.each([1]).skip("a", f)', 'test.todo("a")'])(
    '%s leaves a test out',
    (line) => expect(testsLeftOut([parse('test/a.test.ts', line)])).toHaveLength(1),
  );

  it('a test may be left to machines that can run it', () =>
    expect(testsLeftOut([parse('test/a.test.ts', 'it.skipIf(root)("a", f); list.only("a");')])).toEqual([]));

  it('a path of one machine is found, a path of an address is not', () => {
    expect(machinePaths([{ path: 'a.md', text: `see /${'home'}/me/notes` }])).toHaveLength(1);
    expect(machinePaths([{ path: 'a.md', text: 'see http://localhost/home/me and /v1/models' }])).toEqual([]);
  });
});

describe('the tree', () => {
  it('a new entry at the top is found', () =>
    expect(strangersAtTheTop(['server/main.ts', 'README.md', 'notes/a.md', 'vite.config.ts'])).toHaveLength(2));

  it('a range is no version', () =>
    expect(loosePins({ dependencies: { a: '1.2.3', b: '^1.2.3' }, devDependencies: { c: 'latest' } })).toHaveLength(2));

  it('a lockfile without a platform’s part, or of another package.json, is not whole', () => {
    const manifest = { dependencies: { a: '1.0.0' } };
    const a = { version: '1.0.0', optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' } };
    const packages = { '': manifest, 'node_modules/a': a, 'node_modules/a/node_modules/a-linux': {} };
    expect(lockGaps(manifest, { packages })).toEqual([
      'package-lock.json: has no entry for a-darwin, which another platform needs',
    ]);
    expect(lockGaps(manifest, { packages: { ...packages, 'node_modules/a-darwin': {} } })).toEqual([]);
    expect(lockGaps({ dependencies: { a: '2.0.0' } }, { packages: { '': manifest } })).toHaveLength(1);
  });

  it('a link that leads nowhere is found', () => {
    const text = '[a](server/a.ts) [b](https://example.com) [c](#part) `server/core/gone.ts` `npm start`';
    expect(deadLinks('README.md', text, (path) => path === 'server/a.ts')).toEqual([
      'README.md: leads to server/core/gone.ts, which is not there',
    ]);
  });
});
