import { describe, expect, test } from 'vitest';
import { gives, playScene } from '../support/faults.ts';
import type { FaultProvider, Play } from '../support/faultsProvider.ts';
import { goesOn, trailing } from '../support/faultsRescue.ts';
import { assembled, callsTool, eventsOf, relayed, says } from '../support/faultsSaid.ts';

/** A step that is no multiple of anything in the stream, so that cuts fall within names, characters and line ends alike. */
const STEP_BYTES = 53;

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const tool = callsTool('a', ['{"ort":', '"東京"}']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const settings = Array(2).fill({ prefill: trailing });

const closes: Play = (wire) => wire.close();
const resets: Play = (wire) => wire.reset();

/** Says so many bytes of its stream, and breaks off. */
function cutAfter(bytes: number, said: typeof first, strike: Play): FaultProvider {
  return {
    says: () => [said],
    play: async (wire, call) => {
      wire.open();
      wire.chunks(Buffer.from(eventsOf(said).join('')).subarray(0, bytes));
      await strike(wire, call);
    },
  };
}

function offsets(said: typeof first): number[] {
  const { length } = Buffer.from(eventsOf(said).join(''));
  return Array.from({ length: Math.ceil(length / STEP_BYTES) }, (_, at) => at * STEP_BYTES);
}

/** Where the finish reason has gone out whole, the answer is. */
function finishAt(said: typeof first): number {
  return Buffer.byteLength(
    eventsOf(said)
      .slice(0, 2 + said.deltas.length)
      .join(''),
  );
}

describe.each([true, false])('a stream that is cut (stream: %s)', (stream) => {
  test.each(offsets(first))(
    'after %s bytes, with somebody to go on: nobody gets less than a whole answer',
    async (at) => {
      const providers = [cutAfter(at, first, at % 2 ? closes : resets), goesOn(other, [' und geht', ' 🌊.'])];
      const { body, asked, record } = await playScene({ providers, settings, rescue: ['prefill'] }, stream);
      expect(record.outcome).toBe('succeeded');
      expect(asked).toBe(at > finishAt(first) ? 'a' : 'ab');
      if (stream) expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
      if (at === 0) expect(body).toBe(stream ? relayed(other) : assembled(other));
    },
  );

  test.each(offsets(tool))('after %s bytes of a tool call: it is whole, another’s, or an error', async (at) => {
    const providers = [cutAfter(at, tool, at % 2 ? closes : resets), gives(other)];
    const { body, record, asked } = await playScene({ providers, settings, rescue: ['prefill'] }, stream);
    const isWhole = at > finishAt(tool);
    const isBegun = body.includes('call_a');
    if (isWhole) expect([asked, record.outcome]).toEqual(['a', 'succeeded']);
    else if (isBegun) expect([stream, asked, record.outcome]).toEqual([true, 'a', 'interrupted']);
    else expect(body).toBe(stream ? relayed(other) : assembled(other));
  });
});
