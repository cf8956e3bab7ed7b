import { expect, test } from 'vitest';
import { StorageError } from '../../db/storage.ts';
import { run } from '../support/cli.ts';

test('backup copies the record that is named, says how much it was, and a refusal says what to do', async () => {
  const copied: string[][] = [];
  const backup = (from: string, to: string) => {
    copied.push([from, to]);
    return 2_500_000;
  };
  const done = await run(['backup', '/tmp/copy.db', '--database', '/data/recloser.db'], { backup });
  expect(done).toEqual({
    exitCode: 0,
    out: '/tmp/copy.db holds the whole record: 2.5 MB, looked through and sound.\n',
    err: '',
  });
  expect(copied).toEqual([['/data/recloser.db', '/tmp/copy.db']]);
  const full = () => {
    throw new StorageError('unavailable', 'The disk has no room.');
  };
  const refused = await run(['backup', '/tmp/copy.db', '--database', '/data/recloser.db'], { backup: full });
  expect(refused).toEqual({ exitCode: 1, out: '', err: 'The disk has no room.\n' });
});
