import type { RetryAfter, SimpleFault } from '../core/fault.ts';

/** An error as a vendor sends it. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface ErrorContext {
  model: string;
  /** The key that came, or ''. */
  key: string;
  promptTokens: number;
  /** Ms since 1970, for a date in a header. */
  wall: number;
}

/** The answer to a fault that is an HTTP status, shaped as the vendors' own: each vendor has its own idea of an error. */
export function errorAnswer(
  fault: Pick<SimpleFault, 'status' | 'variant' | 'retryAfter'>,
  context: ErrorContext,
): ErrorAnswer {
  const status = fault.status ?? 500;
  const name = fault.variant ? `${status}/${fault.variant}` : String(status);
  if (status === 502) return page(502, 'Bad Gateway');
  if (status === 504) return page(504, 'Gateway Time-out');
  const body = bodies[name]?.(context) ?? openAi(`The provider answered ${status}.`, 'api_error', null);
  return json(status, body, retryHeaders(fault.retryAfter, context.wall));
}

/** The inside of an answer of status 200 that is an error all the same. */
export function errorInside(code: number): Record<string, unknown> {
  const message = code === 429 ? 'Rate limit exceeded upstream' : 'Provider returned error';
  return { error: { message, type: code === 429 ? 'rate_limit_error' : 'server_error', param: null, code } };
}

/** The provider's own words about a request it cannot read. */
export function badRequest(status: number, message: string, param: string | null): ErrorAnswer {
  return json(status, { error: { message, type: 'invalid_request_error', param, code: null } });
}

export function page(status: number, title: string): ErrorAnswer {
  const body = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): ErrorAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function openAi(message: string, type: string, code: string | null) {
  return { error: { message, type, param: null, code } };
}

function aboutMessages(message: string, code: string) {
  return { error: { message, type: 'invalid_request_error', param: 'messages', code } };
}

const bodies: Record<string, (context: ErrorContext) => unknown> = {
  '400': () => aboutMessages("Invalid type for 'messages[0].name'.", 'invalid_type'),
  '400/context-length': ({ promptTokens }) =>
    aboutMessages(
      `This model's maximum context length is 64 tokens. However, your messages resulted in ${Math.max(65, promptTokens)} tokens. Please reduce the length of the messages.`,
      'context_length_exceeded',
    ),
  '400/content-filter': () => ({
    error: {
      message: 'The response was filtered due to the prompt triggering the content management policy.',
      type: null,
      param: 'prompt',
      code: 'content_filter',
      status: 400,
      innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { violence: { filtered: true } } },
    },
  }),
  '401': ({ key }) =>
    openAi(
      `Authentication Fails, Your api key: ****${key.slice(-4)} is invalid`,
      'authentication_error',
      'invalid_request_error',
    ),
  '401/key': ({ key }) => openAi(`Incorrect API key provided: ${key}.`, 'invalid_request_error', 'invalid_api_key'),
  '402': () => openAi('Insufficient Balance', 'unknown_error', 'invalid_request_error'),
  '402/max-tokens': () => ({
    error: {
      message:
        'This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 310.',
      code: 402,
    },
  }),
  '403': () => ({
    error: {
      message: 'Your input was flagged by the moderation of the chosen model.',
      code: 403,
      metadata: { reasons: ['violence'], flagged_input: '…' },
    },
  }),
  '403/key': () => openAi('Your API key does not have access to this resource.', 'permission_error', 'invalid_api_key'),
  '403/region': () =>
    openAi('Country, region, or territory not supported', 'request_forbidden', 'unsupported_country_region_territory'),
  '404': ({ model }) =>
    openAi(
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'invalid_request_error',
      'model_not_found',
    ),
  '408': () => openAi('Request timed out.', 'timeout', 'request_timeout'),
  '413': () => ({ error: 'Request Entity Too Large' }),
  '422': () => ({
    detail: [{ type: 'missing', loc: ['body', 'messages', 0, 'content'], msg: 'Field required', input: {} }],
  }),
  '429': ({ model }) =>
    openAi(
      `Rate limit reached for ${model} on requests per min (RPM): Limit 500, Used 500, Requested 1.`,
      'requests',
      'rate_limit_exceeded',
    ),
  '429/quota': () =>
    openAi(
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
      'insufficient_quota',
    ),
  '500': () => openAi('The server had an error while processing your request. Sorry about that!', 'server_error', null),
  '503': () =>
    openAi('Service is too busy. Please try again later.', 'service_unavailable_error', 'service_unavailable_error'),
  '529': () => ({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
};

const DATE_AHEAD_MS = 2_000;

function retryHeaders(retryAfter: RetryAfter | null, wall: number): Record<string, string> {
  switch (retryAfter?.form) {
    case 'seconds':
      return { 'retry-after': String(retryAfter.seconds) };
    case 'milliseconds':
      return { 'retry-after-ms': String(retryAfter.ms) };
    case 'date':
      return { 'retry-after': new Date(wall + DATE_AHEAD_MS).toUTCString() };
    case 'reset':
      return { 'x-ratelimit-reset-requests': `${retryAfter.ms / 1_000}s`, 'x-ratelimit-remaining-requests': '0' };
    default:
      return {};
  }
}
