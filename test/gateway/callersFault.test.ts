import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { fails, startUpstream, streams } from '../support/upstream.ts';

const tooLong = fails(400, {
  message: "This model's maximum context length is 8192 tokens",
  code: 'context_length_exceeded',
});
const filtered = fails(400, { message: 'The prompt was filtered', code: 'content_filter' });
const badValue = fails(422, {
  message: 'temperature must be at most 2',
  type: 'invalid_request_error',
  param: 'temperature',
});

describe("what is the caller's own fault", () => {
  test('comes back from the first provider with its status and reason, and the next is not asked', async () => {
    const [first, second] = [await startUpstream(badValue), await startUpstream()];
    const { ask, board, recorded } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url } },
    });
    const answer = await ask({ temperature: 3 });
    expect(answer.status).toBe(422);
    expect(answer.json.error).toMatchObject({ message: 'temperature must be at most 2', param: 'temperature' });
    expect(answer.json.error?.attempts).toMatchObject([{ provider: 'a', status: 422 }]);
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(answer.headers.get('x-recloser-provider')).toBe('a');
    expect(second.calls.length).toBe(0);
    expect(board.look('a')?.failuresInARow).toBe(0);
    expect(await recorded(1)).toMatchObject({ outcome: 'refused', status: 422 });
  });

  test('is not the fault of a fallback: the walk goes on', async () => {
    const [first, second, third] = [
      await startUpstream(fails(503)),
      await startUpstream(badValue),
      await startUpstream(),
    ];
    const { ask } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url }, c: { url: third.url } },
    });
    const answer = await ask();
    expect(answer.headers.get('x-recloser-trail')).toBe('a=503, b=422, c=ok');
  });

  test('from the last fallback is not what the caller hears: the first failure is', async () => {
    const [first, second] = [await startUpstream(fails(503)), await startUpstream(badValue)];
    const { ask } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.json.error?.code).toBe('no_provider_available');
    expect(answer.json.error?.message).toContain('it broke. See');
  });

  test('a content filter ends the walk wherever it comes from', async () => {
    const [first, second, third] = [
      await startUpstream(fails(503)),
      await startUpstream(filtered),
      await startUpstream(),
    ];
    const { ask } = await startGateway({
      providers: { a: { url: first.url }, b: { url: second.url }, c: { url: third.url } },
    });
    const answer = await ask();
    expect(answer.status).toBe(400);
    expect(answer.json.error?.code).toBe('content_filter');
    expect(third.calls.length).toBe(0);
  });

  test('a prompt too long for one model goes on to the next', async () => {
    const [first, second] = [await startUpstream(tooLong), await startUpstream(streams('roomy'))];
    const { ask } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    expect((await ask()).headers.get('x-recloser-trail')).toBe('a=400, b=ok');
  });

  test('a prompt too long for all of them is what the first one says', async () => {
    const [first, second] = [await startUpstream(tooLong), await startUpstream(tooLong)];
    const { ask } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    const answer = await ask();
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 'context_length_exceeded' });
    expect(answer.json.error?.attempts?.length).toBe(2);
  });

  test('too long for every provider, of which one was passed over and asked after all, is the first one’s 400', async () => {
    const [first, second] = [await startUpstream(tooLong), await startUpstream(tooLong)];
    const { ask, board } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    board.act({ provider: 'a', by: 'ops', reason: 'planned work', type: 'trip', forMs: null });
    second.script = (...call) => {
      board.act({ provider: 'a', by: 'ops', reason: 'over', type: 'release' });
      return tooLong(...call);
    };
    const answer = await ask();
    expect(answer.headers.get('x-recloser-trail')).toBe('a=tripped, b=400, a=400');
    expect(answer.status).toBe(400);
  });

  test('too long for one and an outage of the other is an outage', async () => {
    const [first, second] = [await startUpstream(tooLong), await startUpstream(fails(503))];
    const { ask } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    expect((await ask()).status).toBe(503);
  });

  test("no provider's key is ever shown", async () => {
    const upstream = await startUpstream(fails(400, { message: 'bad key sk-secret-of-a and Bearer sk-secret-of-a' }));
    const { ask } = await startGateway({ providers: { a: { url: upstream.url } } });
    const answer = await ask();
    expect(answer.status).toBe(400);
    expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('sk-secret');
  });

  test('a poisonous prompt opens no circuit, however often it is sent', async () => {
    const [first, second] = [await startUpstream(fails(500)), await startUpstream(fails(500))];
    const { ask, board } = await startGateway({ providers: { a: { url: first.url }, b: { url: second.url } } });
    for (let count = 0; count < 12; count += 1) await ask();
    expect([board.look('a')?.state, board.look('b')?.state]).toEqual(['closed', 'closed']);
    for (let count = 0; count < 6; count += 1) await ask({ messages: [{ role: 'user', content: `another ${count}` }] });
    expect(board.look('a')?.state).toBe('open');
  });
});

describe('what a provider cannot take', () => {
  const image = {
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }],
  };
  const blind = { images: false, tools: true, jsonSchema: true, contextTokens: null };

  test('is skipped with its word and goes to one that can', async () => {
    const [first, second] = [await startUpstream(), await startUpstream()];
    const { ask, recorded } = await startGateway({
      providers: { a: { url: first.url, accepts: blind }, b: { url: second.url } },
    });
    expect((await ask(image)).headers.get('x-recloser-trail')).toBe('a=cannot_take, b=ok');
    expect((await recorded(1)).attempts[0]).toMatchObject({ outcome: 'skipped', word: 'cannot_take', permit: null });
    expect(second.calls[0]?.body.messages).toEqual(image.messages);
  });

  test('is said when none can', async () => {
    const upstream = await startUpstream();
    const { ask } = await startGateway({ providers: { a: { url: upstream.url, accepts: blind } } });
    const answer = await ask(image);
    expect(answer.status).toBe(400);
    expect(answer.json.error?.message).toContain('a takes no images');
    expect(upstream.calls.length).toBe(0);
  });
});
