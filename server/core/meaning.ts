import type { ProviderError } from './providerError.ts';
import type { FailureKind } from './wire.ts';

/** What an answer that is an error can mean. */
export type Meaning = Extract<
  FailureKind,
  | 'serverError'
  | 'malformed'
  | 'throttled'
  | 'credentials'
  | 'balance'
  | 'model'
  | 'contextLength'
  | 'contentFilter'
  | 'requestRefused'
>;

/*
 * Codes are the provider's own and are believed at any status. Words may echo what the caller wrote, and no caller may open
 * a circuit at will: so where words would open one, either the status says so already, or they must begin the sentence.
 */
const balanceCodes = [
  'insufficient_quota',
  'insufficient_balance',
  'insufficient_user_quota',
  'insufficient_credits',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
  'arrearage',
  'quota_exceeded',
  'credit_limit',
];
const credentialCodes = [
  'invalid_api_key',
  'api_key_invalid',
  'authentication_error',
  'invalid_authentication',
  'unauthenticated',
  'unauthorized',
  'access_terminated',
  'account_deactivated',
  'account_suspended',
  'organization_restricted',
  'unsupported_country_region_territory',
];
/** Of a key that lacks a right, but xAI and OpenRouter say it of a prompt that they will not take, too. */
const permissionCodes = ['permission_denied', 'permission_error', 'permission-denied'];
const modelCodes = [
  'model_not_found',
  'model_not_exist',
  'model_not_available',
  'model_decommissioned',
  'model_deprecated',
  'invalid_model',
  'unknown_model',
  'deploymentnotfound',
];
const contextCodes = ['context_length_exceeded', 'context_window_exceeded', 'input_too_long', 'prompt_too_long'];
const filterCodes = [
  'content_filter',
  'content_policy_violation',
  'content_blocked',
  'moderation',
  'moderation_blocked',
  'responsibleaipolicyviolation',
  'data_inspection_failed',
  'datainspectionfailed',
  'invalid_prompt',
  'safety',
];

const balanceWords =
  /insufficient (balance|quota|credits?|funds)|exceeded your current quota|billing hard limit|credit limit (exceeded|reached)|out of (credits|call volume quota)|quota (is )?(exhausted|used up)|used all available credits|have any credits/;
const fewerTokensWords = /fewer max_tokens|can only afford|tokens limit exceeded/;
const accountWords =
  /api[- _]?key|access key|subscription key|credential|authenticat|unauthori[sz]ed|permission|country|region|territory|\blocation\b|account|organi[sz]ation|\bproject\b|suspended|deactivated|\bip address/;
const keyFirstWords = /^(api key not valid|(incorrect|invalid|wrong) api key|authentication fails)/;
const modelFirstWords =
  /^(the )?model ((not exist)|(['`"]?\S{1,200} )?(does not exist|is not found|not found|has been (decommissioned|deprecated)))|^\S{1,200} is not a valid model id/;
const contextWords =
  /maximum context length|context (length|window|size)|too many tokens|(prompt|input|request) (is |was )?too (long|large for)|reduce the length|exceeds? the (model'?s? )?(maximum |max )?(context|input|number of (input )?tokens)|maximum (number of )?(input )?tokens|maximum (prompt|sequence|input) length|range of input length|max_new_tokens`? must be|max_model_len|tokens must be reduced|reduce your message size/;
const filterWords =
  /content (management )?policy|content[_ ]filter|content exists risk|safety system|moderation|flagged|inappropriate content|usage (policy|guidelines)|^request blocked|limited access to this content for safety/;
const unfitRouteWords = /no endpoints found that (support|can handle)/;
const otherThingFirstWords = /^(no such )?(file|image|assistant|thread|previous response|response|conversation|item) /;

/** Statuses between 400 and 499 that speak of the provider's own state, not of the request. */
const providerStatuses = new Set([408, 409, 421, 423, 424, 425, 498, 499]);
/** Addressed wrongly: ours to mend, like a wrong model name. */
const addressStatuses = new Set([405, 410]);

/** What an error means, by its status and what it says. `waitKnown`: it came with a time to come back. */
export function meaningOf(status: number, said: ProviderError, waitKnown: boolean): Meaning {
  const has = (codes: readonly string[]): boolean => codes.some((code) => said.codes.has(code));
  if (has(contextCodes)) return 'contextLength';
  if (status >= 500 || status < 400 || providerStatuses.has(status)) return 'serverError';
  if (has(balanceCodes)) return fewerTokensWords.test(said.words) ? 'requestRefused' : 'balance';
  if (has(modelCodes)) return 'model';
  switch (status) {
    case 401:
    case 407:
      return 'credentials';
    case 402:
      return fewerTokensWords.test(said.words) ? 'requestRefused' : 'balance';
    case 403:
      return forbidden(said, has);
    case 404:
      return notFound(said);
    case 429:
      return tooMany(said, waitKnown);
  }
  if (addressStatuses.has(status)) return 'model';
  return aboutRequest(status, said, has);
}

function forbidden(said: ProviderError, has: (codes: readonly string[]) => boolean): Meaning {
  // A page is a firewall's, and a prompt may have set it off.
  if (said.html) return 'malformed';
  if (has(filterCodes)) return 'contentFilter';
  if (has(credentialCodes)) return 'credentials';
  // Before what would open a circuit: whoever refuses a prompt may say so with the name of the key and its organization.
  if (filterWords.test(said.words)) return 'contentFilter';
  if (balanceWords.test(said.words)) return 'balance';
  if (has(permissionCodes)) return 'credentials';
  return accountWords.test(said.words) ? 'credentials' : 'requestRefused';
}

/** The model and the address are ours; only what the caller itself pointed at, or asked a router for, is not. */
function notFound(said: ProviderError): Meaning {
  return unfitRouteWords.test(said.words) || otherThingFirstWords.test(said.words) ? 'requestRefused' : 'model';
}

function tooMany(said: ProviderError, waitKnown: boolean): Meaning {
  // One request that is larger than a whole minute's allowance: waiting will not help, another model may have room.
  if (/^request (is )?too large/.test(said.words)) return 'contextLength';
  // Gemini says "exceeded your current quota" of a minute's limit too, with a time to come back.
  if (!waitKnown && !said.codes.has('resource_exhausted') && balanceWords.test(said.words)) return 'balance';
  return 'throttled';
}

function aboutRequest(status: number, said: ProviderError, has: (codes: readonly string[]) => boolean): Meaning {
  if (said.html) return status === 413 ? 'requestRefused' : 'malformed';
  if (has(filterCodes)) return 'contentFilter';
  if (has(credentialCodes) || has(permissionCodes) || keyFirstWords.test(said.words)) return 'credentials';
  if (modelFirstWords.test(said.words)) return 'model';
  if (contextWords.test(said.words)) return 'contextLength';
  return filterWords.test(said.words) ? 'contentFilter' : 'requestRefused';
}

/** The status that an error inside a 200 stands for, by its codes; the telling ones come before the general. */
const statusOfCodes: readonly (readonly [number, readonly string[]])[] = [
  [402, balanceCodes],
  [404, [...modelCodes, 'not_found', 'not_found_error', 'notfounderror']],
  [400, [...contextCodes, ...filterCodes]],
  [401, credentialCodes],
  [403, [...permissionCodes, 'forbidden']],
  [
    429,
    [
      'rate_limit_exceeded',
      'rate_limit_error',
      'rate_limit',
      'rate_limited',
      'too_many_requests',
      'resource_exhausted',
    ],
  ],
  [429, ['throttling', 'requests', 'tokens', 'ratelimitreached']],
  [
    529,
    [
      'overloaded_error',
      'overloaded',
      'engine_overloaded',
      'engine_overloaded_error',
      'server_overloaded',
      'server_busy',
    ],
  ],
  [503, ['service_unavailable', 'service_unavailable_error', 'unavailable', 'serviceunavailableerror']],
  [504, ['timeout', 'timeout_error', 'gateway_timeout', 'deadline_exceeded', 'request_timeout']],
  [502, ['bad_gateway', 'upstream_error']],
  [500, ['server_error', 'api_error', 'internal', 'internal_error', 'internal_server_error', 'internalservererror']],
  [
    400,
    ['invalid_request_error', 'invalid_argument', 'bad_request', 'badrequesterror', 'validation', 'validation_error'],
  ],
];

const statusOfWords: readonly (readonly [number, RegExp])[] = [
  [529, /overloaded|over capacity|at capacity|server is busy/],
  [429, /rate limit|too many requests/],
  [504, /timed? ?out/],
  [503, /unavailable/],
];

/** The status that an error inside a 200 stands for: the one it names, else by its codes, else by its words, else 500. */
export function statusInside(said: ProviderError): number {
  if (said.status !== null) return said.status;
  for (const [status, codes] of statusOfCodes) if (codes.some((code) => said.codes.has(code))) return status;
  for (const [status, words] of statusOfWords) if (words.test(said.words)) return status;
  return 500;
}
