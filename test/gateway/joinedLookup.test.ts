import { expect, test } from 'vitest';
import type { Lookup } from '../../server/gateway/guardedLookup.ts';
import { joinedLookup } from '../../server/gateway/joinedLookup.ts';
import { startGateway } from '../support/gateway.ts';
import { startUpstream } from '../support/upstream.ts';

test('a name is asked for once at a time: all who wait hear the answer, and the next asks anew', () => {
  const asked: { name: string; done: Parameters<Lookup>[2] }[] = [];
  const resolve = joinedLookup((name, _options, done) => void asked.push({ name, done }));
  const heard: unknown[] = [];
  const ask = (name: string, all: boolean) => resolve(name, { all }, (error, address) => heard.push(error ?? address));
  for (let time = 0; time < 3; time += 1) ask('a.test', true);
  ask('a.test', false);
  ask('b.test', true);
  expect(asked.map(({ name }) => name)).toEqual(['a.test', 'a.test', 'b.test']);
  const found = [{ address: '10.0.0.1', family: 4 }];
  asked[0]?.done(null, found);
  expect(heard).toEqual([found, found, found]);
  ask('a.test', true);
  expect(asked).toHaveLength(4);
  const gone = new Error('ENOTFOUND');
  asked[3]?.done(gone, []);
  expect(heard.at(-1)).toBe(gone);
});

test('a name that nobody answers for takes one thread of the system, and the next provider answers', async () => {
  const upstream = await startUpstream();
  const asked: string[] = [];
  const { ask } = await startGateway({
    providers: {
      dead: { url: 'http://dead.test:1/v1', timeouts: { connectMs: 300 } },
      alive: { url: upstream.url.replace('127.0.0.1', 'alive.test') },
    },
    deps: {
      resolve: (name, options, done) => {
        asked.push(name);
        if (name === 'alive.test') done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
      },
    },
  });
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask()));
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(asked.filter((name) => name === 'dead.test')).toHaveLength(1);
});
