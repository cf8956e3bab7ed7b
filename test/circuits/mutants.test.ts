import { AssertionError } from 'node:assert/strict';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Board } from '../../server/circuits/board.ts';
import { runOf } from '../support/breakerCommands.ts';
import { mutantsFromOutside } from '../support/breakerMutants.ts';
import { mutantsFromInside } from '../support/breakerMutantsInside.ts';
import { BreakerRun, type MakeBoard } from '../support/breakerRun.ts';

/** The property test of the breaker, on boards that are broken on purpose: a check that lets one by checks nothing. */
const SEED = 20_261_017;
const RUNS = 100;

const sound: MakeBoard = (deps) => new Board(deps);
const undo: (() => void)[] = [];

afterEach(() => {
  for (const mend of undo.splice(0)) mend();
});

describe('a broken board is caught by the property', () => {
  it('and a sound one is not', () => expect(caught(sound, 10)).toBeNull());

  for (const { name, make } of mutantsFromOutside) {
    it(name, () => expect(caught(make, RUNS)).toBeInstanceOf(AssertionError));
  }

  for (const mutant of mutantsFromInside) {
    it(mutant.name, () => {
      undo.push(mutant.break());
      expect(caught(sound, RUNS)).toBeInstanceOf(AssertionError);
    });
  }
});

/** The difference found between such a board and the model, or null. */
function caught(make: MakeBoard, runs: number): unknown {
  const property = fc.property(runOf(200), ({ variant, commands }) => {
    const both = new BreakerRun(variant, make);
    for (const command of commands) both.step(command);
  });
  const found = fc.check(property, { seed: SEED, numRuns: runs, endOnFailure: true });
  return found.failed ? found.errorInstance : null;
}
