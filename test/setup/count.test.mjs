import { describe, expect, it } from 'vitest';
import { closingLine, countResults } from '../../server/setup/count.mjs';

/** Green means that tests ran and passed; nothing else does. */

const file = (status, ...tests) => ({
  name: 'a.test.ts',
  status,
  message: 'it did not parse',
  assertionResults: tests,
});
const summary = (counts, testResults = []) =>
  JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults, ...counts });

describe('the count of a run', () => {
  it('is what passed, failed and was skipped', () => {
    const text = summary({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2 }, [
      file('failed', { status: 'failed' }),
    ]);
    expect(countResults(text, 1)).toEqual({ passed: 5, failed: 1, skipped: 2, notes: [] });
  });

  it('takes a file that could not be read for a failure', () => {
    const text = summary({ numPassedTests: 5 }, [file('failed'), file('passed', { status: 'passed' })]);
    expect(countResults(text, 1)).toMatchObject({
      passed: 5,
      failed: 1,
      notes: [expect.stringContaining('it did not parse')],
    });
  });

  it('takes an error outside any test for a failure', () =>
    expect(countResults(summary({ numPassedTests: 5 }), 1)).toMatchObject({ passed: 5, failed: 1 }));

  it('takes a run without any test for a failure', () => {
    expect(countResults(summary({}), 0)).toMatchObject({ failed: 1, notes: ['No test ran.'] });
    expect(countResults(summary({ numPendingTests: 3 }), 0)).toMatchObject({ failed: 1, skipped: 3 });
  });

  it('takes a run that wrote nothing for a failure', () =>
    expect(countResults(null, 134)).toMatchObject({ passed: 0, failed: 1 }));

  it('is a green one where all passed', () =>
    expect(countResults(summary({ numPassedTests: 5 }), 0)).toMatchObject({ passed: 5, failed: 0, notes: [] }));

  it('is one plain line', () => {
    expect(closingLine({ passed: 5, failed: 0, skipped: 0 })).toBe('5 passed, 0 failed');
    expect(closingLine({ passed: 5, failed: 1, skipped: 2 })).toBe('5 passed, 1 failed, 2 skipped');
  });
});
