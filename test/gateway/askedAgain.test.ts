import { expect, test } from 'vitest';
import type { ChainSettings } from '../../server/core/settings.ts';
import { startGateway } from '../support/gateway.ts';
import { fails, startUpstream, streams } from '../support/upstream.ts';

const noWait: ChainSettings['backoff'] = { initialMs: 0, factor: 2, maxMs: 0, jitter: 'none' };

test('a provider whose circuit closed while the others were tried is asked after all', async () => {
  const [back, slow] = [await startUpstream(streams('back')), await startUpstream(fails(503))];
  const { ask, board } = await startGateway({
    providers: { a: { url: back.url }, b: { url: slow.url } },
    chain: { backoff: noWait },
  });
  board.act({ provider: 'a', by: 'ops', reason: 'planned work', type: 'trip', forMs: null });
  expect((await ask()).headers.get('x-recloser-trail')).toBe('a=tripped, b=503');
  slow.script = (...call) => {
    board.act({ provider: 'a', by: 'ops', reason: 'over', type: 'release' });
    return fails(503)(...call);
  };
  const answer = await ask();
  expect(answer.headers.get('x-recloser-trail')).toBe('a=tripped, b=503, a=ok');
  expect(answer.headers.get('x-recloser-provider')).toBe('a');
});

test('a provider that failed is asked once more when its circuit closed while the others were tried, and not otherwise', async () => {
  const [back, slow] = [await startUpstream(fails(503)), await startUpstream(fails(503))];
  const { ask, board } = await startGateway({
    providers: { a: { url: back.url }, b: { url: slow.url } },
    chain: { backoff: noWait },
  });
  expect((await ask()).headers.get('x-recloser-trail')).toBe('a=503, b=503');
  slow.script = (...call) => {
    board.act({ provider: 'a', by: 'ops', reason: 'planned work', type: 'trip', forMs: null });
    board.act({ provider: 'a', by: 'ops', reason: 'it is back', type: 'reset', to: 'closed' });
    back.script = streams('back');
    return fails(503)(...call);
  };
  const answer = await ask();
  expect(answer.headers.get('x-recloser-trail')).toBe('a=503, b=503, a=ok');
  expect(answer.status).toBe(200);
});
