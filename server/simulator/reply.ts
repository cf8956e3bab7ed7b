import type { SimpleFault } from '../core/fault.ts';
import { composeAnswer } from './answer.ts';
import type { SeenCall } from './callLog.ts';
import { badRequest, type ErrorAnswer, type ErrorContext, errorAnswer } from './errors.ts';
import { type ChatRequest, readChatRequest } from './request.ts';
import { errorSteps, type Step, writeScript } from './script.ts';

export interface ProviderOptions {
  name: string;
  /** The only model it knows; another one gets a 404. */
  model: string;
  /** Answers as whatever model it is asked for. */
  anyModel?: boolean;
  /** By name; default `ok`. */
  fault?: string;
  latency?: {
    /** Before the first token, ms; default 0. */
    delayMs?: number;
    /** Between two tokens, ms; default 0. */
    gapMs?: number;
    /** Tokens of an answer; default 24. */
    tokens?: number;
    /** Share of the delay that is drawn, 0 to 1; default 0. */
    jitter?: number;
  };
  /** Without it any key will do, and none. */
  apiKey?: string;
  /** Two providers with one voice say the same. Default: the name. */
  voice?: string;
  /** Share of the prompt read from its cache, 0 to 1; default 0. */
  cachedShare?: number;
}

export interface ReplyOptions {
  options: ProviderOptions;
  fault: SimpleFault;
  call: Pick<SeenCall, 'headers' | 'body'>;
  id: string;
  /** Ms since 1970. */
  wall: number;
  /** In [0, 1): how much of the latency's jitter this call gets. */
  draw: number;
}

/** What a provider does to one call. Pure. */
export function replySteps(reply: ReplyOptions): Step[] {
  const { options, fault, call, wall } = reply;
  const key = (call.headers.authorization ?? '').replace(/^Bearer /, '');
  const request = readChatRequest(call.body);
  const error = { model: request?.model ?? options.model, key, promptTokens: request?.promptTokens ?? 0, wall };
  // A route that is down is down for every request; otherwise the key and the body are looked at first.
  if (fault.status === null && !downWords.has(fault.word)) {
    const byStatus = (status: number) => errorSteps(errorAnswer({ status, variant: null, retryAfter: null }, error));
    if (options.apiKey !== undefined && key !== options.apiKey) return byStatus(401);
    if (!request) return errorSteps(unreadable(call.body));
    if (!options.anyModel && request.model !== options.model) return byStatus(404);
  }
  return answerSteps(request ?? emptyRequest, reply, error);
}

const downWords: ReadonlySet<string> = new Set(['refuse', 'silent', 'reset', 'headers-only', 'pings', 'empty', 'html']);
const TOKENS_DEFAULT = 24;
const SLOW_DELAY_MS = 8_000;
/** Asks for the request's unknown fields back, under `x_echo`. */
const ECHO_HEADER = 'x-simulator-echo';

function answerSteps(request: ChatRequest, reply: ReplyOptions, error: ErrorContext): Step[] {
  const { options, fault, call, id, wall, draw } = reply;
  const { latency = {}, name, model, voice, cachedShare = 0 } = options;
  // An answer that is to break after n tokens has to be longer than that.
  const tokens = Math.max(fault.pace.tokens ?? latency.tokens ?? TOKENS_DEFAULT, (fault.afterTokens ?? 0) + 2);
  const styled = fault.word === 'reasoning' || fault.word === 'refusal' || fault.word === 'tool-call';
  const answer = composeAnswer({
    request,
    voice: voice ?? name,
    model: options.anyModel ? (request.model ?? model) : model,
    id,
    created: Math.floor(wall / 1_000),
    tokens,
    cachedShare,
    style: styled ? fault.word : 'text',
    echo: call.headers[ECHO_HEADER] !== undefined,
  });
  const natural = fault.word === 'slow' ? SLOW_DELAY_MS : (latency.delayMs ?? 0) * (1 - (latency.jitter ?? 0) * draw);
  const delayMs = fault.pace.delayMs ?? natural;
  const gapMs = fault.pace.gapMs ?? latency.gapMs ?? 0;
  return writeScript({ fault, answer, request, delayMs, gapMs, error });
}

const emptyRequest: ChatRequest = {
  model: null,
  stream: false,
  includeUsage: false,
  choices: 1,
  maxTokens: null,
  prompt: '',
  promptTokens: 0,
  begun: null,
  tool: null,
  unknown: {},
};

function unreadable(body: unknown): ErrorAnswer {
  return body === null
    ? badRequest(400, 'We could not parse the JSON body of your request.', null)
    : badRequest(400, "Missing required parameter: 'messages'.", 'messages');
}
