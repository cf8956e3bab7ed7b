import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short files that take long: with a browser, or with programs. */
const slow = /\/test\/(e2e|process)\/|\/mutants\.test/;

/**
 * The order of files. Without the times of an earlier run Vitest takes them by size, and a slow one that is small would have one
 * worker wait for the other at the end. Projects stay together: a process that files share ends where another project's begins.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId, project }: TestSpecification) => `${project.name} ${slow.test(moduleId) ? 1 : 2}`;
    return sorted.toSorted((one, other) => place(one).localeCompare(place(other)));
  }
}
