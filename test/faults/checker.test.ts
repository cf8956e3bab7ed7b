import { describe, expect, test } from 'vitest';
import type { RequestRecord } from '../../server/core/records.ts';
import { canonicalOf, errorText } from '../support/faults.ts';
import { breachesOf, type Transcript } from '../support/faultsCheck.ts';
import { recordOf } from '../support/faultsRecord.ts';
import { assembled, callsTool, eventOf, framesOf, relayed, says } from '../support/faultsSaid.ts';

const mine = says('a', ['The tide ', 'turns.']);
const other = says('b', ['Something else.']);
const { role, content, finish, done } = framesOf(mine);
const trail = { 'x-recloser-trail': 'a=ok' };
const error = eventOf(JSON.parse(errorText('answer_interrupted', 'It broke off.', [['a', 'cut', 200, 0]])));

function streamed(body: string, more: Partial<Transcript> = {}): Transcript {
  return {
    stream: true,
    status: 200,
    headers: {},
    body,
    framed: true,
    offered: [canonicalOf(mine), canonicalOf(other)],
    record: recordOf(),
    permits: { acquired: 1, settled: 1 },
    calls: [{ provider: 'a', state: 'answered' }],
    inFlight: 0,
    ...more,
  };
}

const plain = (body: string, more: Partial<Transcript> = {}): Transcript =>
  streamed(body, { stream: false, headers: trail, ...more });

const interrupted = { record: recordOf({ outcome: 'interrupted', errorCode: 'answer_interrupted' }) };
const failedRecord: Partial<RequestRecord> = { outcome: 'failed', status: 503, errorCode: 'no_provider_available' };
const failed = (more: Partial<Transcript> = {}): Transcript =>
  plain(errorText('no_provider_available', 'Nobody.', []), {
    status: 503,
    headers: { ...trail, 'x-should-retry': 'false' },
    record: recordOf(failedRecord),
    ...more,
  });

describe('a request that was served as it must be has no breach', () => {
  const fine: Record<string, Transcript> = {
    'a whole stream': streamed(relayed(mine)),
    'a whole stream of the other': streamed(relayed(other)),
    'a comment amid it': streamed(relayed(mine).replace(finish, `: recloser rescued by b (prefill)\n\n${finish}`)),
    'what was dropped does not count': streamed(
      role + content[0] + eventOf({ choices: [], recloser: { event: 'discard' } }) + relayed({ ...other, by: 'a' }),
    ),
    'half a stream with an error': streamed(role + content[0] + error, interrupted),
    'a whole plain answer': plain(assembled(mine)),
    'an error': failed(),
  };
  test.each(Object.entries(fine))('%s', (_name, transcript) => expect(breachesOf(transcript)).toEqual([]));
});

describe('a stream that is dressed as whole', () => {
  const bad: Record<string, [Transcript, string]> = {
    'cut, with [DONE]': [streamed(role + content[0] + done), '[DONE] follows what nobody had on offer.'],
    'all text, without its finish reason': [streamed(role + content.join('') + done), 'nobody had on offer'],
    'a piece twice': [streamed(role + content[0] + content.join('') + finish + done), 'nobody had on offer'],
    'a piece missing': [streamed(role + content[1] + finish + done), 'nobody had on offer'],
    'two answers mixed': [streamed(relayed(says('a', ['The tide ', 'else.']))), 'nobody had on offer'],
    'finished twice': [streamed(role + content.join('') + finish + finish + done), 'nobody had on offer'],
    'ended in good order, and nothing said': [streamed(role + content[0], interrupted), 'neither [DONE] nor an error'],
    'no byte': [streamed('', interrupted), 'within an event'],
    'an error, and then [DONE]': [
      streamed(role + content[0] + error + done, interrupted),
      'error in it ends with [DONE]',
    ],
    'two errors': [streamed(role + error + error, interrupted), 'several errors'],
    'an error that is none': [streamed(role + eventOf({ error: {} }), interrupted), 'not the shape'],
    'more after [DONE]': [streamed(relayed(mine) + content[0]), 'Something follows [DONE]'],
    'the chunks of two providers': [
      streamed(role + framesOf(other).content[0] + error, interrupted),
      'several answers',
    ],
    'an event cut short': [streamed(role + content[0] + error.slice(0, -1), interrupted), 'within an event'],
    'an event that is no JSON': [streamed(`${role}data: {"cho\n\n${error}`, interrupted), 'no JSON'],
    'a body without its end': [streamed(relayed(mine), { framed: false }), 'did not come to its end'],
    'a whole one, recorded as broken': [streamed(relayed(mine), interrupted), 'the record says interrupted'],
    'a broken one, recorded as whole': [streamed(role + content[0] + error), 'the record says succeeded'],
    'no answer': [streamed('', { status: null }), 'no answer at all'],
  };
  test.each(Object.entries(bad))('is found: %s', (_name, [transcript, sentence]) => {
    expect(breachesOf(transcript).join(' ')).toContain(sentence);
  });
});

describe('a plain answer that is none', () => {
  const cut = assembled(says('a', ['The tide ']));
  const bad: Record<string, [Transcript, string]> = {
    'cut, as a 200': [plain(cut), 'nobody had on offer'],
    'half of a tool call': [plain(assembled(callsTool('a', ['{"que']))), 'nobody had on offer'],
    'no JSON': [plain(assembled(mine).slice(0, -1)), 'no JSON'],
    'an error inside': [plain(`{"error":{},${assembled(mine).slice(1)}`), 'has an error in it'],
    'a 200 that is recorded as failed': [
      plain(assembled(mine), { record: recordOf({ outcome: 'failed' }) }),
      'says failed',
    ],
    'another trail than the record': [plain(assembled(mine), { headers: {} }), 'not the one of the record'],
    'another status than the record': [failed({ status: 502 }), 'the caller got 502'],
    'an error that clients would repeat': [failed({ headers: trail }), 'try it all again'],
    'an error without its attempts': [failed({ body: '{"error":{"message":"x","type":"y"}}' }), 'not the shape'],
    'another code than the record': [
      failed({ record: recordOf({ ...failedRecord, errorCode: 'draining' }) }),
      'another code',
    ],
    'an error recorded as an answer': [
      failed({ record: recordOf({ ...failedRecord, outcome: 'succeeded' }) }),
      'the record says succeeded',
    ],
  };
  test.each(Object.entries(bad))('is found: %s', (_name, [transcript, sentence]) => {
    expect(breachesOf(transcript).join(' ')).toContain(sentence);
  });
});

describe('a house out of order is found, whatever the caller got', () => {
  const bad: Record<string, [Partial<Transcript>, string]> = {
    'a permit without its settlement': [{ permits: { acquired: 1, settled: 0 } }, '1 permits were given out, and 0'],
    'a permit settled twice': [{ permits: { acquired: 1, settled: 2 } }, '1 permits were given out, and 2'],
    'a connection left open': [{ calls: [{ provider: 'a', state: 'open' }] }, 'The connection to a is still open'],
    'a call that its circuit still counts': [{ inFlight: 1 }, '1 calls are out for ever'],
    'a call that no attempt stands for': [
      { calls: ['a', 'b'].map((provider) => ({ provider, state: 'answered' as const })) },
      '2 calls stand for 1 attempts',
    ],
    'an attempt that no permit stands for': [{ record: recordOf({ attempts: [] }) }, '0 attempts stand for 1 permits'],
    'a key in a header': [{ headers: { ...trail, 'x-a': 'sk-secret-of-a' } }, 'sees a key'],
  };
  test.each(Object.entries(bad))('%s', (_name, [more, sentence]) => {
    expect(breachesOf(plain(assembled(mine), more)).join(' ')).toContain(sentence);
  });
});
