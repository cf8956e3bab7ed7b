/** Every error that this program itself gives to a caller of the gateway: a closed list, each with its status and OpenAI's `type`. */
export const apiErrors = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  not_supported: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'invalid_request_error' },
  host_not_allowed: { status: 403, type: 'invalid_request_error' },
  chain_not_allowed: { status: 403, type: 'invalid_request_error' },
  cross_site_refused: { status: 403, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  body_timeout: { status: 408, type: 'invalid_request_error' },
  body_too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'requests' },
  concurrency_limit_exceeded: { status: 429, type: 'requests' },
  spend_limit_exceeded: { status: 429, type: 'insufficient_quota' },
  headers_too_large: { status: 431, type: 'invalid_request_error' },
  internal_error: { status: 500, type: 'server_error' },
  answer_interrupted: { status: 502, type: 'server_error' },
  answer_too_large: { status: 502, type: 'server_error' },
  no_provider_available: { status: 503, type: 'server_error' },
  too_many_requests_in_flight: { status: 503, type: 'server_error' },
  too_many_streams: { status: 503, type: 'server_error' },
  too_many_body_bytes: { status: 503, type: 'server_error' },
  too_many_answer_bytes: { status: 503, type: 'server_error' },
  overloaded: { status: 503, type: 'server_error' },
  draining: { status: 503, type: 'server_error' },
  deadline_exceeded: { status: 504, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: ErrorType }>;

type ErrorType = 'invalid_request_error' | 'requests' | 'insufficient_quota' | 'server_error';

export type ApiErrorCode = keyof typeof apiErrors;

/** An error of our own for the caller; `param` names the field it is about. */
export interface ApiError {
  code: ApiErrorCode;
  /** A sentence that says what to do. */
  message: string;
  param?: string | null;
  /** When it may be tried again; absent: that is no matter of time, or of a moment. */
  retryAfterMs?: number | undefined;
}

/** What the caller is told of each try or skip. */
export interface AttemptNote {
  provider: string;
  /** The word in the trail. */
  outcome: string;
  status: number | null;
  ms: number;
}

/** OpenAI's shape of an error, with the attempts in it. */
export interface ErrorBody {
  error: {
    message: string;
    type: string;
    code: string | null;
    param: string | null;
    attempts: AttemptNote[];
  };
}

export function statusOf(code: ApiErrorCode): number {
  return apiErrors[code].status;
}

/** The body for an error of our own. */
export function errorBody(error: ApiError, attempts: AttemptNote[] = []): ErrorBody {
  const { type } = apiErrors[error.code];
  return { error: { message: error.message, type, code: error.code, param: error.param ?? null, attempts } };
}

/** The body for an error that a provider gave and the caller is to hear (`Verdict.error`: already without keys). */
export function passedOnBody(
  error: { message: string; type: string; code: string | null; param: string | null },
  attempts: AttemptNote[] = [],
): ErrorBody {
  return { error: { message: error.message, type: error.type, code: error.code, param: error.param, attempts } };
}
