import { readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { replay } from '../../server/circuits/replay.ts';
import { replayLines } from '../../server/cli/replayLines.ts';
import { breakerWith } from '../../server/config/breakerWith.ts';
import { readTrace } from '../../server/core/trace/readTrace.ts';
import { type Trace, writeTrace } from '../../server/core/trace/trace.ts';
import { traceOf } from '../../server/core/trace/traceOf.ts';
import { defaults, providerNamed } from '../support/breaker.ts';
import { outages, recordOf } from '../support/outages.ts';

const provider = providerNamed('deepseek-v3', { ...defaults, rampMs: 30_000 });
const names = Object.keys(outages);
const traces = new Map(names.map((name) => [name, traceOf(recordOf(name), provider)]));

function traceNamed(name: string): Trace {
  const trace = traces.get(name);
  if (!trace) throw new Error(`no trace ${name}`);
  return trace;
}

function replayed(name: string, pairs: string[]) {
  const trace = traceNamed(name);
  const changed = breakerWith(trace.settings, pairs);
  if (!changed.ok) throw new Error(changed.problems.join());
  return replay(trace, changed.settings, pairs.join(' '));
}

describe.each(names)('the trace of a %s', (name) => {
  const file = `./traces/${name.replaceAll(' ', '-')}`;

  it('is what a run on a fake clock leaves in the record, and reads back as written', async () => {
    const text = writeTrace(traceNamed(name));
    await expect(text).toMatchFileSnapshot(`${file}.json`);
    expect(readTrace(text)).toEqual({ ok: true, trace: traceNamed(name) });
  });

  it('replayed with the settings recorded moves at the recorded moments, and nothing is unknown', () => {
    const { recorded, other, totals, caveats } = replayed(name, []);
    expect(other.moves.map(({ to }) => to)).toEqual(recorded.moves.map(({ to }) => to));
    for (const [place, { at }] of other.moves.entries()) {
      expect(Math.abs(at - (recorded.moves[place]?.at ?? 0))).toBeLessThanOrEqual(1);
    }
    expect(other.moves.length).toBeGreaterThan(1);
    expect({ ...totals, circuitOpenings: 0, ghostOpenings: 0 }).toMatchObject({ spared: { waited: 0, answered: 0 } });
    expect([totals.unknown, caveats]).toEqual([0, []]);
  });

  it('replayed with other settings says what would have been', async () => {
    const reports = [['failures=2', 'timeouts=1'], ['failures=12', 'timeouts=6'], ['open=1m']].map((pairs) =>
      [`recloser replay --with ${pairs.join(' --with ')}`, '', ...replayLines(replayed(name, pairs), 200)].join('\n'),
    );
    await expect(`${reports.join('\n\n')}\n`).toMatchFileSnapshot(`${file}.txt`);
  });
});

test('every file of the corpus is that of an outage here', () => {
  const files = readdirSync(new URL('traces', import.meta.url)).filter((file) => file.endsWith('.json'));
  expect(files.sort()).toEqual(names.map((name) => `${name.replaceAll(' ', '-')}.json`).sort());
});
