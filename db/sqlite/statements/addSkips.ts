import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { hourOf, minuteOf } from '../../../server/core/minutes.ts';
import { firstSkipOf, packShape, type SkipSum, shapeOf } from '../../../server/core/savings/shape.ts';
import { addTokens, noTokens } from '../../../server/core/savings/tally.ts';
import type { SkippedRequest } from '../../../server/core/savings/types.ts';
import { skipHours, skipMinutes } from '../../schema.ts';
import type { Writable } from './countMinutes.ts';
import { excluded } from './insert.ts';
import { rolledUpTo } from './shown.ts';
import { skippedOfIds } from './skippedRequests.ts';

export interface SkipWriter {
  /** Adds new requests, in the transaction that writes them; those behind the mark are left to `addUpSkips`. */
  add: (requests: readonly SkippedRequest[]) => void;
  /** Takes these off again, as they are let go. */
  takeOff: (requestIds: readonly string[]) => void;
}

export function skipWriter(database: Writable): SkipWriter {
  const until = rolledUpTo(database.orm, 'skips');
  const write = skipAdder(database);
  const before = (requests: Iterable<SkippedRequest>): SkippedRequest[] => {
    const mark = until();
    return [...requests].filter(({ steps }) => (firstSkipOf(steps) ?? mark) < mark);
  };
  return {
    add(requests) {
      if (requests.length > 0) write(before(requests), 1);
    },
    takeOff(ids) {
      write(before(skippedOfIds(database.orm, ids)), -1);
    },
  };
}

/** Adds requests to their sums, or takes them off, each sum once. */
export function skipAdder(database: Writable): (requests: readonly SkippedRequest[], sign: 1 | -1) => void {
  const { sqlite } = database;
  const find = sqlite.prepare<[string], number>('select id from skip_shapes where shape = ?').pluck();
  const insert = sqlite.prepare<[string]>('insert into skip_shapes (shape) values (?)');
  const addMinute = upsert(database, skipMinutes);
  const addHour = upsert(database, skipHours);
  return (requests, sign) => {
    for (const [shape, minutes] of sumsOf(requests)) {
      const id = find.get(shape) ?? Number(insert.run(shape).lastInsertRowid);
      for (const sum of minutes.values()) {
        addMinute(id, sum, sign);
        addHour(id, { ...sum, at: hourOf(sum.at) }, sign);
      }
    }
  };
}

/** By shape, by minute. */
function sumsOf(requests: readonly SkippedRequest[]): Map<string, Map<number, SkipSum>> {
  const shapes = new Map<string, Map<number, SkipSum>>();
  for (const request of requests) {
    const shape = shapeOf(request);
    if (!shape) continue;
    const at = minuteOf(firstSkipOf(request.steps) ?? 0);
    const key = packShape(shape);
    const minutes = shapes.get(key) ?? new Map<number, SkipSum>();
    shapes.set(key, minutes);
    const sum = minutes.get(at) ?? { at, requests: 0, tokens: { ...noTokens }, costNanoUsd: 0 };
    minutes.set(at, sum);
    sum.requests += 1;
    addTokens(sum.tokens, request.tokens);
    sum.costNanoUsd += request.costNanoUsd ?? 0;
  }
  return shapes;
}

function upsert({ sqlite, orm }: Writable, table: typeof skipMinutes | typeof skipHours) {
  const { at, shape, ...counts } = getTableColumns(table);
  const added = Object.entries(counts).map(([name, count]) => [name, sql`${count} + ${excluded(count.name)}`]);
  const insert = orm
    .insert(table)
    .values({
      at: sql.placeholder('at'),
      shape: sql.placeholder('shape'),
      requests: sql.placeholder('requests'),
      promptTokens: sql.placeholder('promptTokens'),
      cachedTokens: sql.placeholder('cachedTokens'),
      completionTokens: sql.placeholder('completionTokens'),
      costNanoUsd: sql.placeholder('costNanoUsd'),
    })
    .onConflictDoUpdate({ target: [at, shape], set: Object.fromEntries(added) });
  const one = and(
    eq(table.at, sql.placeholder('at')),
    eq(table.shape, sql.placeholder('shape')),
    eq(table.requests, 0),
  );
  const write = sqlite.prepare<unknown[]>(insert.toSQL().sql);
  const drop = orm.delete(table).where(one).prepare();
  return (shape: number, { at, requests, tokens, costNanoUsd }: SkipSum, sign: 1 | -1): void => {
    const counted = [requests, tokens.prompt, tokens.cached, tokens.completion, costNanoUsd];
    write.run(at, shape, ...counted.map((count) => sign * count));
    if (sign < 0) drop.run({ at, shape });
  };
}
