import type { HrTime } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Clock, Random } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { RequestRecord } from '../core/records.ts';
import type { TelemetrySettings } from '../core/settings.ts';
import { type RequestTrace, readTraceParent, type TraceHeaders, type Tracer } from '../core/telemetry/requestTrace.ts';
import { type SpanData, spansOf, type TracedProvider } from '../core/telemetry/spans.ts';

/** Spans that wait to be sent; over it they are lost, and counted. */
const WAITING_SPANS = 4_096;
const SPANS_A_BATCH = 512;
const BATCH_EVERY_MS = 2_000;
const SEND_MS = 5_000;
const SENDS_AT_ONCE = 2;
/** Losses are logged at most so often. */
const TELL_EVERY_MS = 60_000;

interface TracingDeps {
  clock: Clock;
  random: Random;
  log: Log;
  version: string;
  environment: string;
  node: string;
}

/** Where spans go: made from finished records, sent in batches, and lost without anybody waiting when they cannot be. */
export interface Tracing extends Tracer {
  request(request: RequestRecord, trace: RequestTrace, providers: readonly TracedProvider[]): void;
  /** Sends what waits, for `ms` at most. Never rejects. */
  close(ms: number): Promise<void>;
}

/** Loads OpenTelemetry, which nothing does while tracing is off. */
export async function openTracing(settings: TelemetrySettings, deps: TracingDeps): Promise<Tracing> {
  const [api, sdk, resources, exporter] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    openExporter(settings),
  ]);
  const { clock, random } = deps;
  const losses = new Losses(deps);
  const processor = new sdk.BatchSpanProcessor(counting(exporter, losses), {
    maxQueueSize: WAITING_SPANS,
    maxExportBatchSize: SPANS_A_BATCH,
    scheduledDelayMillis: BATCH_EVERY_MS,
    exportTimeoutMillis: SEND_MS,
  });
  const resource = resources.resourceFromAttributes({
    'service.name': settings.serviceName,
    'service.version': deps.version,
    'service.instance.id': deps.node,
    'deployment.environment.name': deps.environment,
  });
  const spanOf = (data: SpanData, trace: RequestTrace): ReadableSpan => ({
    name: data.name,
    kind: data.kind === 'server' ? api.SpanKind.SERVER : api.SpanKind.CLIENT,
    spanContext: () => contextOf(trace, data.spanId),
    ...(data.parentId === null
      ? {}
      : { parentSpanContext: { ...contextOf(trace, data.parentId), isRemote: data.kind === 'server' } }),
    startTime: timeOf(data.startedAt),
    endTime: timeOf(data.endedAt),
    duration: timeOf(data.endedAt - data.startedAt),
    status:
      data.error === null
        ? { code: api.SpanStatusCode.UNSET }
        : { code: api.SpanStatusCode.ERROR, message: data.error },
    attributes: data.attributes,
    events: data.events.map(({ name, at, attributes }) => ({ name, time: timeOf(at), attributes })),
    links: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'recloser', version: deps.version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
  const contextOf = (trace: RequestTrace, spanId: string) => ({
    traceId: trace.traceId,
    spanId,
    traceFlags: trace.sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    ...(trace.state === null ? {} : { traceState: api.createTraceState(trace.state) }),
  });
  return {
    begin: (headers) => begin(headers, random, settings.sample),
    request(request, trace, providers) {
      if (!trace.sampled) return;
      const byName = new Map(providers.map((provider) => [provider.name, provider]));
      for (const data of spansOf(request, trace, byName)) if (losses.takes()) processor.onEnd(spanOf(data, trace));
    },
    async close(ms) {
      const waited = new Promise<void>((resolve) => void clock.after(ms, resolve));
      await Promise.race([processor.shutdown().catch(() => {}), waited]);
    },
  };
}

function begin(headers: TraceHeaders, random: Random, sample: number): RequestTrace {
  const own = { spanId: hex(random, 16), told: new Map() };
  const from = readTraceParent(headers);
  if (from) return { ...from, ...own };
  return { ...own, traceId: hex(random, 32), parentId: null, sampled: random() < sample, state: null };
}

async function openExporter({ url, headers, protocol }: TelemetrySettings): Promise<SpanExporter> {
  const options = { url, headers, timeoutMillis: SEND_MS, concurrencyLimit: SENDS_AT_ONCE };
  if (protocol === 'http/json') {
    return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter(options);
  }
  return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter(options);
}

/** Counts the spans that wait, and those that are lost. */
class Losses {
  private readonly deps: Pick<TracingDeps, 'clock' | 'log'>;
  private waiting = 0;
  private lost = 0;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(deps: Pick<TracingDeps, 'clock' | 'log'>) {
    this.deps = deps;
  }

  /** Whether there is room for one more. */
  takes(): boolean {
    if (this.waiting >= WAITING_SPANS) {
      this.lose(1, 'queue');
      return false;
    }
    this.waiting += 1;
    return true;
  }

  sent(spans: number, error: (Error & { code?: unknown }) | null): void {
    this.waiting -= spans;
    // Its message may repeat what the collector said; its code is a status or a word.
    if (error) this.lose(spans, String(error.code ?? error.name));
  }

  private lose(spans: number, why: string): void {
    const { clock, log } = this.deps;
    this.lost += spans;
    if (clock.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = clock.now();
    log.warn({ lost: this.lost, why }, 'Spans could not be sent and are lost (telemetry.otlp): answers go on as ever.');
  }
}

function counting(exporter: SpanExporter, losses: Losses): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        losses.sent(spans.length, result.code === 0 ? null : (result.error ?? new Error('not sent')));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function timeOf(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
}

/** So many hex digits, not all of them noughts. */
function hex(random: Random, digits: number): string {
  let drawn = '';
  while (drawn.length < digits)
    drawn += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return /^0+$/.test(drawn) ? `${drawn.slice(1)}1` : drawn;
}
