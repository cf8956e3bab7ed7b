import type { DialectName } from '../dialects/types.ts';
import type { AttemptRecord, RequestRecord, Usage } from '../records.ts';
import type { ProviderSettings } from '../settings.ts';
import { attemptSpanId, type RequestTrace, type ToldInShort } from './requestTrace.ts';

export type SpanValue = string | number | boolean | string[];

/** One span as data. Times are ms since 1970. No text of a prompt or an answer is in it. */
export interface SpanData {
  name: string;
  kind: 'server' | 'client';
  spanId: string;
  parentId: string | null;
  startedAt: number;
  endedAt: number;
  attributes: Record<string, SpanValue>;
  events: { name: string; at: number; attributes: Record<string, SpanValue> }[];
  /** A word for what went wrong; null: nothing did, or it was nobody's failure but the caller's. */
  error: string | null;
}

/** What spans say of a provider. */
export type TracedProvider = Pick<ProviderSettings, 'name' | 'baseUrl' | 'dialect' | 'model' | 'assemble'>;

/** A finished request as spans: one for it, one for each attempt, and an event for each provider that was passed over. */
export function spansOf(
  request: RequestRecord,
  trace: RequestTrace,
  providers: ReadonlyMap<string, TracedProvider>,
): SpanData[] {
  const made = request.attempts.filter(({ outcome }) => outcome !== 'skipped');
  return [
    requestSpan(request, trace),
    ...made.map((attempt) => attemptSpan(attempt, trace, { request, provider: providers.get(attempt.provider) })),
  ];
}

function requestSpan(request: RequestRecord, trace: RequestTrace): SpanData {
  const { chain, status, startedAt, errorCode, outcome } = request;
  const failed = outcome === 'interrupted' || status >= 500;
  const error = failed ? (errorCode ?? String(status)) : null;
  const attributes = known({
    'http.request.method': 'POST',
    'http.route': '/v1/chat/completions',
    'url.path': '/v1/chat/completions',
    'url.scheme': 'http',
    'http.response.status_code': status,
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': chain,
    'error.type': error,
    ...sumOf(request.usage),
    ...toldOf(toldToCaller(request, trace)),
    'recloser.request.id': request.id,
    'recloser.node': request.node,
    'recloser.chain': chain,
    'recloser.client': request.client,
    'recloser.stream': request.stream,
    'recloser.outcome': outcome,
    'recloser.error.code': errorCode,
    'recloser.served_by': request.servedBy,
    'recloser.rescued': request.rescued,
    'recloser.first_token_ms': request.firstTokenMs,
    'recloser.cost.nano_usd': request.costNanoUsd,
  });
  return {
    name: 'POST /v1/chat/completions',
    kind: 'server',
    spanId: trace.spanId,
    parentId: trace.parentId,
    startedAt,
    endedAt: startedAt + request.durationMs,
    attributes,
    events: request.attempts.filter(({ outcome: step }) => step === 'skipped').map(skipEvent),
    error,
  };
}

function skipEvent({ provider, word, circuitState, epoch, ordinal, startedAt, until }: AttemptRecord) {
  const attributes = known({
    'recloser.provider': provider,
    'recloser.skip.reason': word,
    'recloser.circuit.state': circuitState,
    'recloser.circuit.epoch': epoch,
    'recloser.step': ordinal,
    'recloser.skip.until': until === null ? null : new Date(until).toISOString(),
  });
  return { name: 'recloser.skip', at: startedAt, attributes };
}

function attemptSpan(
  attempt: AttemptRecord,
  trace: RequestTrace,
  { request, provider }: { request: RequestRecord; provider: TracedProvider | undefined },
): SpanData {
  const { ordinal, startedAt, outcome, status, word } = attempt;
  const error = outcome === 'failed' ? (status !== null && status >= 400 ? String(status) : word) : null;
  // A plain request is streamed from the provider too, unless that one is to be asked plainly.
  const isStreamed = request.stream || provider?.assemble === true;
  const attributes = known({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': provider?.model ?? null,
    'gen_ai.request.stream': isStreamed ? true : null,
    'gen_ai.response.time_to_first_chunk':
      isStreamed && attempt.firstTokenMs !== null ? attempt.firstTokenMs / 1_000 : null,
    'gen_ai.provider.name': provider ? vendors[provider.dialect] : null,
    ...(provider ? addressOf(provider.baseUrl) : {}),
    'http.response.status_code': status,
    'error.type': error,
    ...usageOf(attempt.usage),
    ...toldOf(trace.told.get(ordinal)),
    'recloser.request.id': request.id,
    'recloser.provider': attempt.provider,
    'recloser.step': ordinal,
    'recloser.outcome': outcome,
    'recloser.word': word,
    'recloser.failure.kind': attempt.failureKind,
    'recloser.circuit.state': attempt.circuitState,
    'recloser.circuit.epoch': attempt.epoch,
    'recloser.permit': attempt.permit,
    'recloser.wait_ms': attempt.waitMs,
    'recloser.first_token_ms': attempt.firstTokenMs,
    'recloser.raced': attempt.raced,
    'recloser.rescue': attempt.way,
    'recloser.drill': attempt.drill,
    'recloser.cost.nano_usd': attempt.costNanoUsd,
  });
  return {
    name: provider ? `chat ${provider.model}` : 'chat',
    kind: 'client',
    spanId: attemptSpanId(trace, ordinal),
    parentId: trace.spanId,
    startedAt,
    endedAt: startedAt + attempt.durationMs,
    attributes,
    events: [],
    error,
  };
}

/** Only what was reported or estimated; whether estimated is said beside it. */
function usageOf(usage: Usage | null): Record<string, SpanValue> {
  if (usage === null) return {};
  return {
    'gen_ai.usage.input_tokens': usage.promptTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
    'gen_ai.usage.output_tokens': usage.completionTokens,
    'recloser.usage.estimated': usage.estimated,
  };
}

/** Of all attempts together, under names of our own: who adds up `gen_ai.usage` over spans has counted each of them already. */
function sumOf(usage: Usage | null): Record<string, SpanValue> {
  if (usage === null) return {};
  return {
    'recloser.usage.input_tokens': usage.promptTokens,
    'recloser.usage.output_tokens': usage.completionTokens,
    'recloser.usage.estimated': usage.estimated,
  };
}

/** Only where the answer came so far as to say it. */
function toldOf(told: ToldInShort | undefined): Record<string, SpanValue | null> {
  if (!told) return {};
  const { model, finishReasons } = told;
  return {
    'gen_ai.response.model': model,
    'gen_ai.response.finish_reasons': finishReasons.length > 0 ? [...finishReasons] : null,
  };
}

/** Of the answer that the caller got: of its last part, where another provider went on with it. */
function toldToCaller({ attempts, servedBy }: RequestRecord, { told }: RequestTrace): ToldInShort | undefined {
  // Whoever lost a race may have gone on to its own end.
  const served = attempts.findLast(
    ({ provider, word, outcome }) => provider === servedBy && outcome !== 'skipped' && word !== 'raced',
  );
  return served && told.get(served.ordinal);
}

function addressOf(baseUrl: string): Record<string, SpanValue> {
  const { hostname, port, protocol } = new URL(baseUrl);
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) };
}

/** As the GenAI conventions call them; those that they do not name are called by their own names. */
const vendors: Record<DialectName, string> = {
  openai: 'openai',
  anthropic: 'anthropic',
  azure: 'azure.ai.openai',
  deepseek: 'deepseek',
  fireworks: 'fireworks',
  gemini: 'gcp.gemini',
  groq: 'groq',
  mistral: 'mistral_ai',
  ollama: 'ollama',
  openrouter: 'openrouter',
  together: 'together',
  vllm: 'vllm',
};

function known(all: Record<string, SpanValue | null>): Record<string, SpanValue> {
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}
