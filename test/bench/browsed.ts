import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process, scriptArgs } from './processes.ts';

/** A record that is there as long as the scope that holds it. */
export interface Browsed extends Disposable {
  path: string;
}

const copiedFrom = 10_000_000;

/**
 * A made-up record of so many requests, to be written on. One of a million is made now, in a minute or two; one of ten
 * million takes longer than all else here: it is a copy of `tenMillion`, or null where that is.
 */
export async function browsedRecord(requests: number, tenMillion: string | null): Promise<Browsed | null> {
  if (requests >= copiedFrom && tenMillion === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'recloser-bench-record-'));
  const path = join(folder, 'recloser.db');
  try {
    if (requests >= copiedFrom && tenMillion !== null) copyFileSync(tenMillion, path);
    else await seed(path, requests);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

async function seed(path: string, requests: number): Promise<void> {
  console.error(`Making a record of ${requests.toLocaleString('en')} requests …`);
  const process_ = new Process(scriptArgs('seed.ts', [path, '--requests', String(requests)]), null);
  await process_.ended();
}
