import { openSqlite } from '../../../db/sqlite/open.ts';
import { realClock } from '../../../server/world.ts';
import { auditRow, batch, event, requests, stored } from './records.ts';

/** Writes to the database named by its argument until it is killed, and prints each thing that was acknowledged. */
const silent = () => {};
const storage = await openSqlite({
  path: process.argv[2] ?? '',
  clock: realClock,
  log: { info: silent, warn: silent, error: silent },
});

const acknowledge = (what: string) => process.stdout.write(`${what}\n`);

for (let round = 0; ; round += 1) {
  const appending = storage
    .append(batch({ requests: requests(`b${round}-`, 300) }))
    .then(() => acknowledge(`batch ${round}`));
  const act = { event: event(round + 1), stored: stored(round + 1), audit: auditRow(`a${round}`) };
  await storage.act(act).then(() => acknowledge(`act ${round}`));
  await appending;
}
