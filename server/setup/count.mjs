/**
 * Counts of a Vitest run from its JSON summary (null: it wrote none) and its exit code. A file that could not be read,
 * an error outside any test, and a run without any test each count as one failure: green means that tests ran and passed.
 */
export function countResults(summary, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] };
  if (summary === null) {
    return { ...counts, failed: 1, notes: [`Vitest ended with exit code ${exitCode} before any result.`] };
  }
  const run = JSON.parse(summary);
  counts.passed = run.numPassedTests;
  counts.skipped = run.numPendingTests + run.numTodoTests;
  const broken = run.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed));
  counts.failed = run.numFailedTests + broken.length;
  for (const file of broken) counts.notes.push(`${file.name} could not be run: ${file.message}`);
  if (counts.passed + counts.failed === 0) {
    counts.failed = 1;
    counts.notes.push('No test ran.');
  } else if (counts.failed === 0 && exitCode !== 0) {
    counts.failed = 1;
    counts.notes.push(
      `Every test passed, but Vitest ended with exit code ${exitCode}: an error outside any test, above.`,
    );
  }
  return counts;
}

/** The last line of `npm test`. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function isFailed(test) {
  return test.status === 'failed';
}
