import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { event, openStream, startUpstream, stop, text } from '../support/upstream.ts';

test('what is logged of a request has the id that its caller and the record get', async () => {
  const logged: object[] = [];
  const note = (context: object) => void logged.push(context);
  const upstream = await startUpstream((response) => {
    openStream(response);
    response.write(event('no json'));
    response.end(event(text('hello')) + event(stop()) + event('[DONE]'));
  });
  const record = () => {
    throw new Error('the journal is broken');
  };
  const { ask } = await startGateway({
    providers: { a: { url: upstream.url } },
    deps: { record, log: { info: note, warn: note, error: note } },
  });
  const { headers } = await ask({ stream: true });
  expect(logged.length).toBeGreaterThan(0);
  const request = headers.get('x-recloser-request-id');
  expect(logged).toEqual(logged.map(() => expect.objectContaining({ request })));
});
