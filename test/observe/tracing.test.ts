import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { TelemetrySettings } from '../../server/core/settings.ts';
import { openTracing } from '../../server/observe/tracing.ts';
import { realClock } from '../../server/world.ts';
import { startGateway } from '../support/gateway.ts';
import { folder, realSimulator, startProgram, writeConfig } from '../support/program.ts';
import { fails, startUpstream, streams } from '../support/upstream.ts';

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface Span {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number; message?: string };
  attributes: Attribute[];
  events: { name: string; attributes: Attribute[] }[];
}

const valuesOf = (attributes: Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** A collector on a real port. */
async function collector() {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      for (const { scopeSpans } of JSON.parse(body).resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces` };
}

async function start(settings: Partial<TelemetrySettings> & { url: string }) {
  const logged: object[] = [];
  const note = (context: object) => void logged.push(context);
  const tracing = await openTracing(
    { headers: {}, protocol: 'http/json', sample: 1, serviceName: 'recloser', ...settings },
    {
      ...{ clock: realClock, random: Math.random, log: { info: note, warn: note, error: note } },
      ...{ version: '0.1.0', environment: 'test', node: 'a' },
    },
  );
  const [broken, well] = await Promise.all([startUpstream(fails(503)), startUpstream(streams('hello'))]);
  const gateway = await startGateway({
    providers: { broken: { url: broken.url, breaker: { failures: 1 } }, well: { url: well.url, dialect: 'deepseek' } },
    deps: {
      tracer: tracing,
      record: (request, trace) => {
        const providers = [
          { name: 'broken', baseUrl: broken.url, dialect: 'openai', model: 'broken-upstream', assemble: true },
          { name: 'well', baseUrl: well.url, dialect: 'deepseek', model: 'well-upstream', assemble: true },
        ] as const;
        if (trace) tracing.request(request, trace, providers);
      },
    },
  });
  return { tracing, broken, well, logged, ...gateway };
}

const caller = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'v=1' };

test('a failover and a skip come to the collector as spans in the trace of the caller, and providers get the ids of theirs and what the caller said of its trace', async () => {
  const { spans, url } = await collector();
  const { ask, tracing, broken, well } = await start({ url });
  expect((await ask({}, caller)).status).toBe(200);
  expect((await ask()).headers.get('x-recloser-trail')).toBe('broken=open, well=ok');
  await tracing.close(10_000);
  const [first, second] = spans.filter(({ kind }) => kind === 2);
  const attempts = spans.filter(({ kind }) => kind === 3);
  expect(first).toMatchObject({
    traceId: 'a'.repeat(32),
    parentSpanId: 'b'.repeat(16),
    status: { code: 0 },
    events: [],
  });
  expect(valuesOf(first?.attributes ?? [])).toMatchObject({
    ...{ 'url.scheme': 'http', 'http.request.method': 'POST', 'gen_ai.response.model': 'real-model' },
    'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
  });
  expect(second?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.traceId).not.toBe(first?.traceId);
  expect(second?.parentSpanId ?? '').toBe('');
  expect(second?.events.map(({ name, attributes }) => [name, valuesOf(attributes)['recloser.skip.reason']])).toEqual([
    ['recloser.skip', 'open'],
  ]);
  expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([first?.spanId, first?.spanId, second?.spanId]);
  const sent = [...broken.calls, ...well.calls].map(({ headers }) => headers.traceparent);
  expect(sent).toEqual(attempts.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`));
  expect(attempts[0]).toMatchObject({ name: 'chat broken-upstream', status: { code: 2, message: '503' } });
  expect(valuesOf(attempts[0]?.attributes ?? [])).toMatchObject({
    ...{ 'error.type': '503', 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
    ...{ 'server.address': '127.0.0.1', 'server.port': Number(new URL(broken.url).port) },
  });
  expect(valuesOf(attempts[1]?.attributes ?? [])).toMatchObject({
    ...{ 'gen_ai.provider.name': 'deepseek', 'gen_ai.request.model': 'well-upstream' },
    ...{
      'gen_ai.response.model': 'real-model',
      'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
    },
    ...{ 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 5, 'recloser.usage.estimated': false },
  });
  expect([...broken.calls, ...well.calls].map(({ headers }) => headers.tracestate)).toEqual(['v=1', 'v=1', undefined]);
});

test('what the caller does not sample is not sent, and its provider is told so', async () => {
  const { spans, url } = await collector();
  const { ask, tracing, well } = await start({ url });
  await ask({}, { traceparent: caller.traceparent.replace(/01$/, '00') });
  await tracing.close(10_000);
  expect(spans).toEqual([]);
  expect(well.calls[0]?.headers.traceparent).toMatch(/^00-a{32}-[0-9a-f]{16}-00$/);
});

test('as protobuf, which is the default, the same spans are sent, with the headers of the config', async () => {
  const bodies: Buffer[] = [];
  const heard: (string | string[] | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers['content-type'], request.headers.authorization);
    request.on('data', (part) => bodies.push(part));
    request.on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const { ask, tracing } = await start({ url, protocol: 'http/protobuf', headers: { authorization: 'Bearer one' } });
  await ask({}, caller);
  await tracing.close(10_000);
  expect(heard).toEqual(['application/x-protobuf', 'Bearer one']);
  const body = Buffer.concat(bodies);
  for (const part of [Buffer.from('a'.repeat(32), 'hex'), 'chat well-upstream', 'recloser.request.id'])
    expect(body.includes(part)).toBe(true);
});

test('with a collector that is dead, or never answers, answers are the same', async () => {
  const mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    mute.close();
    mute.closeAllConnections();
  });
  const hanging = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/v1/traces`;
  for (const url of ['http://127.0.0.1:1/v1/traces', hanging]) {
    const { ask, tracing } = await start({ url });
    const answer = await ask({ stream: true });
    expect(answer.events.at(-1)).toBe('[DONE]');
    await tracing.close(10);
    expect((await ask()).status).toBe(200);
  }
});

// The bare API is there anyway: the metrics' library asks for it.
test('while it is off, neither the SDK nor an exporter is loaded', async () => {
  const simulator = await realSimulator(['anthropic']);
  const loads = async (more: string): Promise<boolean> => {
    const config = await writeConfig(await folder(), { simulator, chain: ['anthropic'], more });
    const program = await startProgram(config, { inside: true });
    const paths = await program.inside('loaded', null);
    return paths.some((path) => /@opentelemetry.(sdk|exporter)/.test(path));
  };
  expect(await loads('')).toBe(false);
  expect(await loads('telemetry: { otlp: { url: "http://127.0.0.1:1/v1/traces", protocol: http/json } }')).toBe(true);
});
