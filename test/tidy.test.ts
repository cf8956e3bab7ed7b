import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unexempted, unused } from './tidy/exemptions.ts';
import { floorFindings, ringFindings } from './tidy/floors.ts';
import { longFiles, longFunctions, manyParameters } from './tidy/shape.ts';
import { projectFiles, projectSources, root } from './tidy/source.ts';
import { deadLinks, lockGaps, loosePins, strangersAtTheTop } from './tidy/tree.ts';
import { lookingAway, machinePaths, openEnds, testsLeftOut } from './tidy/words.ts';
import { clockFindings, environmentFindings, fetchFindings, sleepFindings } from './tidy/world.ts';

/** The rules of the house, held over the whole project. That each rule can fail is shown in `tidy/rules.test.ts`. */
const files = projectFiles();
const sources = projectSources();
const product = sources.filter(({ path }) => /^(server|db)\//.test(path));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const json = (path: string) => JSON.parse(text(path));

describe('floors', () => {
  it('the project is here to be read', () => expect(product.length).toBeGreaterThan(20));
  it('no floor imports what the table does not allow it', () => expect(floorFindings(sources)).toEqual([]));
  it('no files import one another in a ring', () => expect(ringFindings(sources)).toEqual([]));
});

describe('shape', () => {
  it('every file is read in a sitting', () => expect(longFiles(sources)).toEqual([]));
  it('every function fits on a screen', () => expect(longFunctions(sources)).toEqual([]));
  it('no function takes more than three parameters', () => expect(manyParameters(sources)).toEqual([]));
});

describe('the world', () => {
  const environment = environmentFindings(sources);
  const clock = clockFindings(sources.filter(({ path }) => !path.startsWith('web/')));
  const sleep = sleepFindings(sources);
  it('only main reads the environment', () => expect(unexempted('environment', environment)).toEqual([]));
  it('only world reads clocks and dice', () => expect(unexempted('clock', clock)).toEqual([]));
  it('nothing on the server uses the global fetch', () => expect(fetchFindings(product)).toEqual([]));
  it('no test sleeps', () => expect(unexempted('sleep', sleep)).toEqual([]));
  it('every exemption is needed', () => {
    const all = [...unused('environment', environment), ...unused('clock', clock), ...unused('sleep', sleep)];
    expect(all).toEqual([]);
  });
});

describe('words', () => {
  it('nothing is left for later', () => expect(openEnds(sources)).toEqual([]));
  it('no checker is told to look away', () => expect(lookingAway(sources)).toEqual([]));
  it('every test runs', () => expect(testsLeftOut(sources)).toEqual([]));
  it('no file names a path of one machine', () => {
    const readable = files.filter((path) => /\.(ts|tsx|mjs|md|ya?ml|json)$/.test(path) && path !== 'package-lock.json');
    expect(machinePaths(readable.map((path) => ({ path, text: text(path) })))).toEqual([]);
  });
});

describe('the tree', () => {
  it('the top level holds what was agreed and no more', () => expect(strangersAtTheTop(files)).toEqual([]));
  it('every dependency is one version', () => expect(loosePins(json('package.json'))).toEqual([]));
  it('the lockfile is whole', () => expect(lockGaps(json('package.json'), json('package-lock.json'))).toEqual([]));
  it('every link in the documents leads somewhere', () => {
    const documents = files.filter((path) => path.endsWith('.md'));
    const exists = (path: string) => existsSync(join(root, path));
    expect(documents.flatMap((path) => deadLinks(path, text(path), exists))).toEqual([]);
  });
});
