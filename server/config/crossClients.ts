import { readDuration } from '../core/duration.ts';
import { nearest } from '../core/nearest.ts';
import type { Path, Source } from './source.ts';
import { writeDuration } from './units.ts';

const DAY_MS = 86_400_000;

/** Clients side by side: names and keys of their own, chains that there are, and a record that limits by the day outlive a start by. */
export function checkClients(source: Source): void {
  const clients = source.at(['clients']);
  if (!Array.isArray(clients)) return;
  checkOwn(source, clients.length, { what: 'name', keys: ['name'] });
  checkOwn(source, clients.length, { what: 'key', keys: ['key', 'previousKey'] });
  for (const index of clients.keys()) checkChains(source, ['clients', index, 'chains']);
  checkDay(source, clients.length);
}

/** Rows let go within their day would be money forgotten at the next start. */
function checkDay(source: Source, count: number): void {
  const path = ['retention', 'requests'];
  const kept = source.at(path);
  const keptMs = typeof kept === 'string' ? readDuration(kept) : null;
  if (keptMs === null || source.isBroken(path) || keptMs >= DAY_MS) return;
  for (let index = 0; index < count; index += 1) {
    if (source.at(['clients', index, 'limits', 'dollarsPerDay']) === undefined) continue;
    const message = `what clients[${index}] has spent today (limits.dollarsPerDay) is counted from these rows at a start: keep them for ${writeDuration(DAY_MS)} or longer, or leave that limit out`;
    source.problem(path, message);
    return;
  }
}

function checkOwn(source: Source, count: number, { what, keys }: { what: string; keys: readonly string[] }): void {
  const first = new Map<string, string>();
  for (let index = 0; index < count; index += 1) {
    for (const key of keys) {
      const path = ['clients', index, key];
      const value = source.at(path);
      if (typeof value !== 'string' || value === '' || source.isBroken(path)) continue;
      const before = first.get(value);
      if (before === undefined) first.set(value, `clients[${index}]`);
      else if (before === `clients[${index}]`) {
        source.problem(path, 'this is the same as its key: leave it out, or give the key that is to be replaced');
      } else source.problem(path, `this is the same ${what} as that of ${before}: give each client its own`);
    }
  }
}

/** A list of names of chains, at a path: each is to be one that there is. */
export function checkChains(source: Source, path: Path): void {
  const asked = source.at(path);
  const chains = source.at(['chains']);
  if (!Array.isArray(asked) || typeof chains !== 'object' || chains === null) return;
  const names = Object.keys(chains);
  for (const [place, name] of asked.entries()) {
    if (typeof name !== 'string' || name === '' || source.isBroken([...path, place]) || names.includes(name)) continue;
    const meant = nearest(name, names);
    const some = names
      .slice(0, 20)
      .map((each) => source.word(each))
      .join(', ');
    const remedy = meant === null ? `expected one of ${some}` : `did you mean ${source.word(meant)}?`;
    source.problem([...path, place], `there is no chain ${source.word(name)}: ${remedy}`);
  }
}
