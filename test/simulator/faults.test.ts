import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isRecord } from '../../server/simulator/request.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { eventsOf, type RawCall, rawCall } from '../support/rawCall.ts';
import { startSimulator } from '../support/simulator.ts';

const question = { model: 'm', messages: [{ role: 'user', content: 'How do I plan a garden?' }] };
const streamed = { ...question, stream: true };

/** A provider with this fault, called once. */
async function callUnder(fault: string, body: unknown, headers: Record<string, string> = {}) {
  const clock = new FakeClock();
  const simulator = await startSimulator({ clock, providers: [{ name: 'one', model: 'm', fault }] });
  const call = rawCall({ url: `${simulator.url('one')}/chat/completions`, body, headers });
  return { clock, simulator, call };
}

describe('a status comes with a body as vendors send it', () => {
  it.each([
    ['400', 400, '"type":"invalid_request_error"'],
    ['400/context-length', 400, '"code":"context_length_exceeded"'],
    ['400/content-filter', 400, '"code":"content_filter"'],
    ['401', 401, 'authentication_error'],
    ['401/key', 401, 'Incorrect API key provided: sk-secret-1234.'],
    ['402', 402, 'Insufficient Balance'],
    ['402/max-tokens', 402, 'fewer max_tokens'],
    ['403', 403, 'flagged'],
    ['403/key', 403, 'Your API key does not have access'],
    ['403/region', 403, 'unsupported_country_region_territory'],
    ['404', 404, 'model_not_found'],
    ['408', 408, 'Request timed out.'],
    ['413', 413, 'Too Large'],
    ['422', 422, '"detail":['],
    ['429', 429, 'rate_limit_exceeded'],
    ['429/quota', 429, 'insufficient_quota'],
    ['500', 500, 'server_error'],
    ['502', 502, '<h1>502 Bad Gateway</h1>'],
    ['503', 503, 'too busy'],
    ['504', 504, '<h1>504 Gateway Time-out</h1>'],
    ['529', 529, 'overloaded_error'],
    ['418', 418, 'answered 418'],
  ])('%s', async (fault, status, words) => {
    const { call, simulator } = await callUnder(fault, streamed, { authorization: 'Bearer sk-secret-1234' });
    expect(await call.closed).toBe('end');
    expect(call).toMatchObject({ status, whole: true });
    expect(call.text).toContain(words);
    if (fault !== '401/key') expect(call.text).not.toContain('sk-secret');
    expect(call.headers['retry-after']).toBeUndefined();
    expect(simulator.calls('one')).toMatchObject([{ fault, end: 'answered', tokensSent: 0 }]);
  });

  it.each([
    ['429/retry-after=2', 'retry-after', '2'],
    ['429/retry-after-ms=1500', 'retry-after-ms', '1500'],
    ['429/retry-after=date', 'retry-after', new Date(1_760_000_002_000).toUTCString()],
    ['429/reset=2s', 'x-ratelimit-reset-requests', '2s'],
    ['503/retry-after=7', 'retry-after', '7'],
  ])('%s says when to come back', async (fault, name, value) => {
    const { call } = await callUnder(fault, question);
    await call.closed;
    expect(call.headers[name]).toBe(value);
  });
});

describe('silence', () => {
  const isHead = (call: RawCall) => call.status === 200;
  it.each([
    ['silent', streamed, null, ''],
    ['silent', question, null, ''],
    ['headers-only', streamed, isHead, ''],
    ['headers-only', question, isHead, ''],
    ['role-only', streamed, (call: RawCall) => call.text.endsWith('\n\n'), '"role":"assistant"'],
    ['pings', streamed, (call: RawCall) => call.text !== '', ': keep-alive\n\n'],
    ['pings', question, (call: RawCall) => call.text !== '', '\n'],
    ['stall@3', streamed, (call: RawCall) => eventsOf(call.text).length === 4, '"content"'],
  ])('%s holds the call until the caller leaves', async (fault, body, ready, words) => {
    const { call, simulator, clock } = await callUnder(fault, body);
    if (ready) await call.until(ready);
    await simulator.until((calls) => calls.length === 1);
    clock.advance(60_000);
    expect(call.text).toContain(words);
    expect(call.whole).toBe(false);
    expect(simulator.log[0]?.end).toBe('open');
    call.leave();
    await simulator.until((calls) => calls[0]?.end === 'callerLeft');
    expect(clock.timers).toBe(0);
  });

  it('pings go on with the time and never bring content', async () => {
    const { call, clock } = await callUnder('pings', streamed);
    for (let count = 1; count <= 5; count++) {
      await call.until(() => call.text === ': keep-alive\n\n'.repeat(count));
      while (clock.timers === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1_000);
    }
  });
});

describe('an answer that breaks', () => {
  it.each([
    ['cut@12', 'end', 12],
    ['cut@0', 'end', 0],
    ['cut@40', 'end', 40],
    ['reset@12', 'reset', 12],
  ])('%s: the stream has its tokens and no end', async (fault, how, tokens) => {
    const { call, simulator } = await callUnder(fault, streamed);
    expect(await call.closed).toBe(how);
    expect(call.whole).toBe(false);
    const events = eventsOf(call.text);
    expect(events).toHaveLength(1 + tokens);
    expect(JSON.stringify(events)).not.toContain('"finish_reason":"stop"');
    await simulator.until((calls) => calls[0]?.end === 'broken');
    expect(simulator.log[0]?.tokensSent).toBe(tokens);
  });

  it.each(['reset', 'reset@0', 'sequence:refuse,ok'])(
    '%s: the connection is reset with no byte sent',
    async (fault) => {
      const { call } = await callUnder(fault, streamed);
      expect(await call.closed).toBe('reset');
      expect(call.status).toBeNull();
    },
  );

  it.each(['cut@12', 'multibyte-cut', 'tool-call/cut', 'reset@5'])('%s: a plain body breaks off', async (fault) => {
    const { call } = await callUnder(fault, question);
    expect(await call.closed).toBe(fault === 'reset@5' ? 'reset' : 'end');
    expect(call).toMatchObject({ status: 200, whole: false });
    expect(call.text).toMatch(/^\{"id":/);
    expect(() => JSON.parse(call.text)).toThrow();
  });

  it('refuse: there is no connection, and there is one again afterwards on the same port', async () => {
    const { call, simulator } = await callUnder('refuse', question);
    expect(await call.closed).toBe('refused');
    const url = simulator.url('one');
    await simulator.setFault('one', 'ok');
    expect(simulator.url('one')).toBe(url);
    const again = rawCall({ url: `${url}/chat/completions`, body: question });
    await again.closed;
    expect(again.status).toBe(200);
  });

  it('multibyte-cut: the last bytes are the first of one character', async () => {
    const { call } = await callUnder('multibyte-cut@5', streamed);
    expect(await call.closed).toBe('end');
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(call.body)).toThrow();
    expect(call.text.match(/"content":"[^"]+"/g)).toHaveLength(5);
  });

  it.each([
    ['error@12', 13, 503],
    ['error@2/code=429', 3, 429],
    ['error-inside', 0, 503],
  ])('%s: an error event and no [DONE]', async (fault, before, code) => {
    const { call } = await callUnder(fault, streamed);
    await call.closed;
    const events = eventsOf(call.text);
    expect(events).toHaveLength(before + 1);
    expect(events.at(-1)).toMatchObject({ error: { code } });
    expect(call).toMatchObject({ status: 200, whole: true });
  });

  it('error-inside: a plain answer of status 200 is an error', async () => {
    const { call } = await callUnder('error-inside/code=429', question);
    await call.closed;
    expect(call.status).toBe(200);
    expect(JSON.parse(call.text)).toMatchObject({ error: { code: 429 } });
  });

  it('tool-call/cut: the arguments stop in the middle', async () => {
    const { call } = await callUnder('tool-call/cut', streamed);
    expect(await call.closed).toBe('end');
    const pieces = call.text.match(/"arguments":"((?:[^"\\]|\\.)*)"/g) ?? [];
    expect(pieces).toHaveLength(3);
    expect(call.text).not.toContain('finish_reason":"tool_calls');
  });
});

describe('an answer of the wrong shape', () => {
  it.each([
    ['html', streamed, /<h1>503 Maintenance/],
    ['html', question, /<h1>503 Maintenance/],
    ['malformed', streamed, /"conte\n\n$/],
    ['malformed', question, / oops$/],
    ['empty', streamed, /^$/],
    ['empty', question, /^$/],
    ['empty-choices', question, /"choices":\[\]/],
    ['json-for-stream', streamed, /^\{.*"chat.completion".*"finish_reason":"stop"/],
    ['stream-for-json', question, /^data: .*\[DONE\]\n\n$/s],
  ])('%s', async (fault, body, shape) => {
    const { call } = await callUnder(fault, body);
    expect(await call.closed).toBe('end');
    expect(call).toMatchObject({ status: 200, whole: true });
    expect(call.text).toMatch(shape);
  });

  it('no-done ends after the finish reason; no-finish has neither; no-finish/done only [DONE]', async () => {
    const texts: string[] = [];
    for (const fault of ['no-done', 'no-finish', 'no-finish/done']) {
      const { call } = await callUnder(fault, streamed);
      await call.closed;
      expect(call.whole).toBe(true);
      texts.push(call.text);
    }
    expect(texts.map((text) => text.includes('"finish_reason":"stop"'))).toEqual([true, false, false]);
    expect(texts.map((text) => text.includes('[DONE]'))).toEqual([false, false, true]);
  });

  it('malformed@3: one bad chunk among good ones', async () => {
    const { call } = await callUnder('malformed@3', streamed);
    await call.closed;
    const lines = call.text.split('\n\n').filter((line) => line !== '');
    expect(lines.at(-1)).toBe('data: [DONE]');
    const bad = lines.slice(0, -1).flatMap((line, at) => (isJson(line.slice(6)) ? [] : [at]));
    expect(bad).toEqual([4]);
  });

  it('gzip, crlf and split carry the same answer', async () => {
    const answers: string[] = [];
    for (const fault of ['ok', 'gzip', 'crlf', 'split']) {
      const { call } = await callUnder(fault, streamed);
      expect(await call.closed).toBe('end');
      const text = fault === 'gzip' ? gunzipSync(call.body).toString('utf8') : call.text;
      if (fault === 'crlf') expect(text.replaceAll('\r\n', '')).not.toContain('\n');
      if (fault === 'split') expect(call.pieces).toBeGreaterThan(100);
      answers.push(text.replaceAll('\r\n', '\n'));
    }
    expect(new Set(answers).size).toBe(1);
  });

  it.each(['gzip', 'crlf', 'split'])('%s: a plain body is whole too', async (fault) => {
    const { call } = await callUnder(fault, question);
    await call.closed;
    const text = fault === 'gzip' ? gunzipSync(call.body).toString('utf8') : call.text;
    expect(JSON.parse(text)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('prefill-refused: a begun answer is a 400, a question is answered', async () => {
    const begun = { ...question, messages: [...question.messages, { role: 'assistant', content: 'Well,' }] };
    const { call, simulator } = await callUnder('prefill-refused', begun);
    await call.closed;
    expect(call.status).toBe(400);
    const plain = rawCall({ url: `${simulator.url('one')}/chat/completions`, body: question });
    await plain.closed;
    expect(plain.status).toBe(200);
  });
});

function isJson(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}
