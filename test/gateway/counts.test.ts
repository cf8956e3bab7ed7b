import { createHook } from 'node:async_hooks';
import { request, ServerResponse } from 'node:http';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../server/core/clock.ts';
import { realClock } from '../../server/world.ts';
import { startGateway } from '../support/gateway.ts';
import { answers, event, openStream, role, type Script, startUpstream, stop, text } from '../support/upstream.ts';

/**
 * What a request costs, by counts that do not depend on the machine: a change that makes the way of each chunk or of each
 * request dearer fails here, and not only in the next benchmark. Client and provider are in this process and are counted too.
 */

afterEach(() => void vi.restoreAllMocks());

const question = { model: 'lucy', messages: [{ role: 'user', content: 'hi' }] };

/** Asks by the old client of Node, which makes no promises of its own; resolves to the whole body. */
function ask(url: string, body: object, heard: (text: string) => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(`${url}/v1/chat/completions`, { method: 'POST', headers }, (answer) => {
      let all = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        all += chunk;
        heard(all);
      });
      answer.on('end', () => resolve(all)).on('error', reject);
    });
    asked.on('error', reject).end(JSON.stringify(body));
  });
}

/** How many of these writes were the gateway's own: the provider is asked with a key, the gateway without. */
function fromGateway(responses: readonly unknown[]): number {
  return responses.filter((to) => (to as ServerResponse).req.headers.authorization === undefined).length;
}

/** A stream of so many pieces of text; each is sent when the caller has the one before. */
async function streamed(pieces: number): Promise<{ parses: number; writes: number }> {
  const heard = { count: 0, more: () => {} };
  const step: Script = async (response) => {
    openStream(response);
    response.write(event(role()));
    for (let piece = 0; piece < pieces; piece += 1) {
      response.write(event(text(`piece ${piece} `)));
      while (heard.count <= piece) {
        await new Promise<void>((resolve) => {
          heard.more = resolve;
        });
      }
    }
    response.end(`${event(stop())}${event('[DONE]')}`);
  };
  const upstream = await startUpstream(step);
  const { url, records, recorded } = await startGateway({ providers: { a: { url: upstream.url } } });
  const parse = vi.spyOn(JSON, 'parse');
  const write = vi.spyOn(ServerResponse.prototype, 'write');
  const all = await ask(url, { ...question, stream: true }, (text) => {
    heard.count = text.split('piece').length - 1;
    heard.more();
  });
  await recorded(1);
  const counts = { parses: parse.mock.calls.length, writes: fromGateway(write.mock.contexts) };
  vi.restoreAllMocks();
  expect(all.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(records[0]?.outcome).toBe('succeeded');
  return counts;
}

describe('of a stream', () => {
  test('each piece is one write, and none is parsed as JSON', async () => {
    const [few, many] = [await streamed(10), await streamed(60)];
    expect(many.writes - few.writes).toBe(50);
    expect(many.parses).toBe(few.parses);
  });

  test('pieces that come together go out together', async () => {
    const pieces = Array.from({ length: 50 }, (_, piece) => event(text(`piece ${piece} `))).join('');
    const upstream = await startUpstream((response) => {
      openStream(response);
      response.end(`${event(role())}${pieces}${event(stop())}${event('[DONE]')}`);
    });
    const { url } = await startGateway({ providers: { a: { url: upstream.url } } });
    const write = vi.spyOn(ServerResponse.prototype, 'write');
    const all = await ask(url, { ...question, stream: true });
    expect(all.split('piece').length).toBe(51);
    // One, unless the system cuts what the provider sent into several reads.
    expect(fromGateway(write.mock.contexts)).toBeLessThan(10);
  });
});

describe('of a plain request', () => {
  test('timers and promises stay few', async () => {
    const upstream = await startUpstream(answers('hello'));
    let timers = 0;
    const clock: Clock = {
      ...realClock,
      after(ms, run) {
        timers += 1;
        return realClock.after(ms, run);
      },
    };
    const { url } = await startGateway({ providers: { a: { url: upstream.url } }, clock });
    let promises = 0;
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises += 1;
      },
    });
    onTestFinished(() => void hook.disable());
    const calls = 20;
    for (let warm = 0; warm < calls; warm += 1) await ask(url, question);
    timers = 0;
    hook.enable();
    for (let call = 0; call < calls; call += 1) await ask(url, question);
    hook.disable();
    expect(timers / calls).toBeLessThanOrEqual(2);
    expect(promises / calls).toBeLessThanOrEqual(34);
  });
});
