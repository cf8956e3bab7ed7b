import { spawnSync } from 'node:child_process';

/** Has the system drop what it holds of the file in memory. */
export function forget(path: string): void {
  const { status } = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  if (status !== 0) throw new Error('The file could not be dropped from memory: this needs `dd` of GNU coreutils.');
}
