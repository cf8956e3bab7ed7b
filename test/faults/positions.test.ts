import { describe, expect, test } from 'vitest';
import { type AttemptSaid, brokenEvent, gives, playScene } from '../support/faults.ts';
import type { FaultProvider, Wire } from '../support/faultsProvider.ts';
import { assembled, eventOf, eventsOf, relayed, says } from '../support/faultsSaid.ts';

const first = says('a', ['Die ', 'Flut kommt 潮', ' zweimal 🌊', '.']);
const other = says('b', ['Something ', 'else ', 'entirely.']);
const frames = eventsOf(first);
const places = [
  'before any event',
  'after the role',
  'after one token',
  'after two tokens',
  'after three tokens',
  'after all its text',
  'after the finish reason',
  'after the usage',
];
const FIRST_CONTENT = 2;
const FINISH = 6;

/** How it breaks, and the words and sentences that the caller reads before and after the first content. */
interface Break {
  strike: (wire: Wire, place: number) => void | Promise<void>;
  /** The words before the first event, and after the role. */
  before: [string, string];
  /** After content: the word, what is said of it, status and ms. */
  after: [word: string, said: string, status: number, ms: number];
  /** After its finish reason the answer counts as whole; default true. */
  wholeWhenFinished?: boolean;
}

const breaks: Record<string, Break> = {
  'its connection is closed': {
    strike: (wire) => wire.close(),
    before: ['cut', 'cut'],
    after: ['cut', 'UND_ERR_SOCKET.', 200, 0],
  },
  'its connection is reset': {
    strike: (wire) => wire.reset(),
    before: ['cut', 'cut'],
    after: ['cut', 'ECONNRESET.', 200, 0],
  },
  'it ends as if it were whole': {
    strike: (wire) => wire.end(),
    before: ['empty', 'empty'],
    after: ['cut', 'the stream ended with no finish reason.', 200, 0],
  },
  'it falls silent': {
    strike: (wire, place) => wire.silence(place < FIRST_CONTENT ? 10_000 : place < FINISH ? 20_000 : 5_000),
    before: ['firstToken', 'firstToken'],
    after: ['idle', 'Nothing more of the answer came within 20000 ms.', 200, 20_000],
  },
  'it says an error': {
    strike: (wire) => {
      wire.chunks(eventOf({ error: { message: 'Overloaded', type: 'server_error', code: 503 } }));
      wire.end();
    },
    before: ['503', '503'],
    after: ['503', 'Overloaded.', 503, 0],
    wholeWhenFinished: false,
  },
  'it is cut within a character': {
    strike: async (wire) => {
      const half = Buffer.from(eventOf({ choices: [{ index: 0, delta: { content: '漢' } }] }));
      wire.chunks(half.subarray(0, half.indexOf('漢') + 2));
      await wire.close();
    },
    before: ['cut', 'cut'],
    after: ['cut', 'UND_ERR_SOCKET.', 200, 0],
  },
  'a page of HTML follows': {
    strike: (wire) => {
      wire.chunks('<html><body>502 Bad Gateway</body></html>');
      wire.end();
    },
    before: ['malformed', 'empty'],
    after: ['cut', 'the stream ended with no finish reason.', 200, 0],
  },
};

/** All of it up to a place, and then the break. */
function breaksAt(place: number, strike: Break['strike']): FaultProvider {
  return {
    says: () => [first],
    play: async (wire) => {
      wire.open();
      wire.chunks(...frames.slice(0, place));
      await strike(wire, place);
    },
  };
}

const cases = Object.entries(breaks).flatMap(([name, how]) =>
  places.map((where, place) => ({ name, where, place, ...how })),
);

describe.each([true, false])('an answer that breaks (stream: %s)', (stream) => {
  test.each(cases)('$where, when $name', async ({ place, strike, before, after, wholeWhenFinished = true }) => {
    const played = await playScene({ providers: [breaksAt(place, strike), gives(other)] }, stream);
    const isWhole = place >= FINISH && wholeWhenFinished;
    const isCommitted = stream && place >= FIRST_CONTENT;
    if (isWhole) {
      expect(played.body).toBe(stream ? relayed(first) : assembled(first, { usage: place > FINISH }));
      expect([played.trail, played.asked]).toEqual(['a=ok', 'a']);
    } else if (isCommitted) {
      const [word, said, status, ms] = after;
      const attempt: AttemptSaid = ['a', word, status, ms];
      const given = frames.slice(0, place).filter((frame) => !frame.includes('"usage"'));
      expect(played.body).toBe(given.join('') + brokenEvent('a', { word, said }, [attempt]));
      expect([played.trail, played.asked]).toEqual([`a=${word}`, 'a']);
    } else {
      expect(played.body).toBe(stream ? relayed(other) : assembled(other));
      const word = before[place] ?? after[0];
      expect([played.trail, played.asked]).toEqual([`a=${word}, b=ok`, 'ab']);
    }
  });
});
