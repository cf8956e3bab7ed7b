import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fakeClock.ts';
import { startGateway, until } from '../support/gateway.ts';
import { rawCall } from '../support/rawCall.ts';
import { breaksAfter, heeds, readStream, sends, startChain, trailing } from '../support/rescue.ts';
import {
  event,
  openStream,
  role,
  type Script,
  silent,
  startUpstream,
  stop,
  streams,
  text,
} from '../support/upstream.ts';

const whole = 'The tide turns twice a day.';
const half = breaksAfter(role(), text('The tide '), text('turns'));
const thought = (reasoning: string) => ({
  ...text(''),
  choices: [{ index: 0, delta: { reasoning_content: reasoning } }],
});

describe('splice', () => {
  test('passes on what comes after exactly what was sent', async () => {
    const { ask, recorded, upstreams } = await startChain([half, streams(whole)], { rescue: ['splice'] });
    const { content, isWhole, ids } = readStream((await ask({ stream: true })).events);
    expect({ content, isWhole, ids: ids.size }).toEqual({ content: whole, isWhole: true, ids: 1 });
    expect(upstreams[1]?.calls[0]?.body.messages).toEqual([{ role: 'user', content: 'hi' }]);
    expect((await recorded(1)).attempts[1]).toMatchObject({ way: 'splice', word: 'ok' });
  });

  test('stops at the first character that differs, and lets the provider go without a word to its circuit', async () => {
    const other: Script = async (response) => {
      openStream(response);
      response.write(event(text('The tides')));
    };
    const { ask, recorded, upstreams, board } = await startChain([half, other], { rescue: ['splice'] });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({
      content: 'The tide turns',
      isWhole: false,
    });
    await upstreams[1]?.calls[0]?.closed;
    expect((await recorded(1)).attempts[1]).toMatchObject({
      word: 'mismatch',
      outcome: 'cancelled',
      way: 'splice',
      usage: { estimated: true },
    });
    expect(board.look('b')).toMatchObject({ failuresInARow: 0, inFlight: 0 });
  });

  test('comes after prefill where the chain says so, at a provider that refused to go on', async () => {
    const refuses: Script = (response, call) => {
      const begun = (call.body.messages as { role: string }[]).at(-1)?.role === 'assistant';
      if (!begun) return streams(whole)(response, call);
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'The conversation must end with a user message.' } }));
    };
    const { ask, recorded } = await startChain([half, refuses], { rescue: ['prefill', 'splice'] });
    expect(readStream((await ask({ stream: true })).events)).toMatchObject({ content: whole, isWhole: true });
    expect((await recorded(1)).attempts.map(({ word, way }) => [word, way])).toEqual([
      ['cut', null],
      ['400', 'prefill'],
      ['ok', 'splice'],
    ]);
  });
});

describe('discard', () => {
  const wish = { 'x-recloser-rescue': 'discard' };

  test('tells the caller to drop what it has, and gives a fresh answer', async () => {
    const { ask, recorded } = await startChain([half, streams('Something else.')], { provider: {} });
    const { content, isWhole, chunks } = readStream((await ask({ stream: true }, wish)).events);
    expect({ content, isWhole }).toEqual({ content: 'Something else.', isWhole: true });
    expect(chunks.filter(({ recloser }) => recloser)).toEqual([
      expect.objectContaining({ choices: [], recloser: { event: 'discard', reason: 'cut' }, id: 'chatcmpl-1' }),
    ]);
    expect(await recorded(1)).toMatchObject({ rescued: true, servedBy: 'b', attempts: [{}, { way: 'discard' }] });
  });

  test('is only for a caller who asked, whatever the chain says', async () => {
    const { ask, upstreams } = await startChain([half, streams(whole)], { rescue: ['discard'] });
    expect(readStream((await ask({ stream: true })).events).error).toMatchObject({ code: 'answer_interrupted' });
    expect(upstreams[1]?.calls.length).toBe(0);
  });

  test('nothing is dropped before somebody else has begun', async () => {
    const { ask } = await startChain([half, breaksAfter(role())], { provider: {} });
    const { chunks, content } = readStream((await ask({ stream: true }, wish)).events);
    expect(chunks.some(({ recloser }) => recloser)).toBe(false);
    expect(content).toBe('The tide turns');
  });

  test('a fresh answer that breaks is dropped in its turn', async () => {
    const { ask } = await startChain([half, breaksAfter(text('Some')), streams(whole)], { provider: {} });
    const { content, isWhole, chunks } = readStream((await ask({ stream: true }, wish)).events);
    expect({ content, isWhole }).toEqual({ content: whole, isWhole: true });
    expect(chunks.filter(({ recloser }) => recloser)).toHaveLength(2);
  });
});

describe('the header', () => {
  test('none, and anything that is no way, are understood as such', async () => {
    const { ask, upstreams } = await startChain([half, heeds(whole)]);
    const { events } = await ask({ stream: true }, { 'x-recloser-rescue': 'none' });
    expect(readStream(events).isWhole).toBe(false);
    expect(upstreams[1]?.calls.length).toBe(0);
    const { status, json } = await ask({ stream: true }, { 'x-recloser-rescue': 'splise' });
    expect([status, json.error?.param]).toEqual([400, 'x-recloser-rescue']);
    expect(json.error?.message).toContain('prefill, splice and discard');
  });

  test('says the order', async () => {
    const { ask, recorded } = await startChain([half, heeds(whole)]);
    await ask({ stream: true }, { 'x-recloser-rescue': 'splice, prefill' });
    expect((await recorded(1)).attempts[1]).toMatchObject({ way: 'splice' });
  });
});

describe('reasoning', () => {
  test('of an answer that broke before its text is followed by a fresh answer without its own', async () => {
    const fresh = sends(role(), thought('I, too, think.'), text('The tide '), text('turns.'), stop());
    const { ask } = await startChain([breaksAfter(role(), thought('They ask')), fresh], { provider: {} });
    const { content, reasoning, isWhole } = readStream((await ask({ stream: true })).events);
    expect({ content, reasoning, isWhole }).toEqual({
      content: 'The tide turns.',
      reasoning: 'They ask',
      isWhole: true,
    });
  });

  test('of whoever goes on with a text is left out', async () => {
    const next = sends(thought('Where was I?'), text(' twice a day.'), stop());
    const { ask } = await startChain([half, next]);
    const { content, reasoning } = readStream((await ask({ stream: true })).events);
    expect({ content, reasoning }).toEqual({ content: whole, reasoning: '' });
  });
});

describe('never rescued', () => {
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a' } };
  const tool = { ...text(''), choices: [{ index: 0, delta: { tool_calls: [call] } }] };
  const filtered = { error: { message: 'flagged by moderation', code: 'content_filter' } };
  test.each([
    ['a tool call', breaksAfter(text('Let me see. '), tool), {}],
    ['a structured answer', half, { response_format: { type: 'json_object' } }],
    ['several choices', half, { n: 2 }],
    ['an answer with logprobs', half, { logprobs: true }],
    ['an answer with audio', half, { modalities: ['text', 'audio'] }],
    ['a break by a content filter', breaksAfter(text('The '), filtered), {}],
  ])('%s', async (_what, script, body) => {
    const { ask, upstreams } = await startChain([script, heeds(whole)], { rescue: ['prefill', 'splice'] });
    const { events } = await ask({ stream: true, ...body });
    expect(readStream(events).error).toBeTruthy();
    expect(events).not.toContain('[DONE]');
    expect(upstreams[1]?.calls.length).toBe(0);
  });

  test('an answer that the caller began itself is not prefilled', async () => {
    const { ask, upstreams } = await startChain([half, heeds(whole)]);
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'The' },
    ];
    expect(readStream((await ask({ stream: true, messages })).events).isWhole).toBe(false);
    expect(upstreams[1]?.calls.length).toBe(0);
  });
});

test('a plain request has nothing to rescue: it is answered afresh, and not marked', async () => {
  const { ask, recorded } = await startChain([half, streams(whole)]);
  expect((await ask()).json.choices?.[0]?.message?.content).toBe(whole);
  expect(await recorded(1)).toMatchObject({ rescued: false, attempts: [{ word: 'cut' }, { way: null }] });
});

test('silence amid an answer is a break too, and the deadline for its first token does not matter any more', async () => {
  const clock = new FakeClock();
  const first = await startUpstream((response) => {
    openStream(response);
    response.write(event(text('The tide turns')));
  });
  const second = await startUpstream(silent);
  const at = ({ url }: { url: string }) => ({ url, prefill: trailing });
  const { url } = await startGateway({
    providers: { a: at(first), b: at(second) },
    chain: { rescue: ['prefill'], deadlineMs: 22_000 },
    clock,
  });
  const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const call = rawCall({ url: `${url}/v1/chat/completions`, body, headers: { 'content-type': 'application/json' } });
  await call.until(({ text: got }) => got.includes('turns'));
  clock.advance(20_001);
  await second.called(1);
  clock.advance(5_000);
  await until(() => second.calls.length === 1);
  heeds(whole)(second.calls[0]?.response as never, second.calls[0] as never);
  await call.until(({ whole: isOver }) => isOver);
  expect(call.text).toContain(': recloser rescued by b (prefill)');
  expect(call.text.endsWith('data: [DONE]\n\n')).toBe(true);
});

test('a caller who leaves during a rescue frees the provider that was asked', async () => {
  const { url, upstreams, recorded, permits } = await startChain([half, silent]);
  const body = { model: 'lucy', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  const call = rawCall({ url: `${url}/v1/chat/completions`, body, headers: { 'content-type': 'application/json' } });
  const asked = await upstreams[1]?.called(1);
  call.leave();
  await asked?.closed;
  expect(await recorded(1)).toMatchObject({ outcome: 'cancelled', servedBy: 'a', rescued: false });
  expect(permits).toEqual({ acquired: 2, settled: 2 });
});
