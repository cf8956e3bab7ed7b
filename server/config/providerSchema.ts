import { z } from 'zod';
import { dialectNames } from '../core/dialects/types.ts';
import { breakerOverrideSchema } from './breakerSchema.ts';
import { duration, list, named, number, oneOf, period, section, text, whole, yesNo } from './leaves.ts';
import { baseUrl, DAY, HOUR, headerName, headerSafe, SECOND } from './names.ts';

const timeouts = section({
  connect: duration(1, HOUR).prefault('3s').describe('To get a connection, TLS included.'),
  firstToken: duration(1, HOUR).prefault('10s').describe('From the start of a try to its first content.'),
  perThousandTokens: duration(0, HOUR)
    .prefault('250ms')
    .describe('Added to `firstToken` for each thousand tokens of the prompt.'),
  idle: duration(1, HOUR).prefault('20s').describe('Silence between two events of a stream.'),
  total: duration(1, DAY).prefault('10m').describe('A whole try.'),
  answer: duration(1, HOUR)
    .prefault('60s')
    .describe('The wait for the headers of an answer that is not streamed (`assemble: false`).'),
});

const dollars = () => number(0, 1_000_000);
const price = section({
  input: dollars().describe('US dollars per million prompt tokens.'),
  cachedInput: dollars().exactOptional().describe('For prompt tokens the provider had cached. Default: as `input`.'),
  output: dollars().describe('US dollars per million tokens of the answer.'),
});

const accepts = section({
  images: yesNo().prefault(true).describe('Takes images.'),
  tools: yesNo().prefault(true).describe('Takes tools.'),
  jsonSchema: yesNo().prefault(true).describe('Takes `response_format` with a JSON schema.'),
  contextTokens: whole(1, 1_000_000_000)
    .exactOptional()
    .describe('Tokens that prompt and answer may have together. Default: no limit known.'),
});

/** Which fields of a request a provider may be given otherwise: not those that the gateway itself decides about. */
const parameter = text('the name of a parameter').refine((name) => !['model', 'messages', 'stream'].includes(name), {
  error: 'a parameter other than model, messages and stream, which the gateway sets itself',
});
const parameterName = {
  pattern: /^(?!(model|messages|stream)$)./,
  says: 'a parameter other than model, messages and stream, which the gateway sets itself',
};
const ownHeaders = /^(?!(host|connection|content-length|content-type|transfer-encoding|authorization)$)/i;
const sentHeaderName = {
  pattern: new RegExp(ownHeaders.source + headerName.pattern.source.slice(1), 'i'),
  says: 'the name of a header that the gateway does not set itself (it sets host, connection, content-type, content-length, transfer-encoding and, from apiKey, authorization)',
};

const prefill = z.union(
  [
    z.enum(['none', 'trailing']),
    section({
      message: z.record(z.string(), z.unknown()).exactOptional().describe('Fields on the last assistant message.'),
      body: z.record(z.string(), z.unknown()).exactOptional().describe('Fields on the body.'),
      baseUrl: baseUrl().exactOptional().describe('Another address for it.'),
    }),
  ],
  { error: 'none, trailing, or a mapping with message, body or baseUrl' },
);

export const providerSchema = section({
  baseUrl: baseUrl().describe('Address of an OpenAI-compatible service; /chat/completions is put after it.'),
  allowLinkLocal: yesNo()
    .prefault(false)
    .describe('Take an address that is link-local, or where a cloud keeps credentials of this machine.'),
  dialect: oneOf(...dialectNames)
    .exactOptional()
    .describe('The vendor whose errors, limits and bills it has. Default: known by the host of baseUrl, else openai.'),
  apiKey: headerSafe('a key on one line of printable characters')
    .exactOptional()
    .describe(`Sent as a bearer token. Write \${NAME} to take it from the environment. Default: none is sent.`),
  model: text('the name the provider has for the model').describe('What the provider calls the model.'),
  price: price.exactOptional().describe('Without it costs are unknown, not zero.'),
  timeouts: timeouts.prefault({}).describe('The clocks of one try.'),
  retries: whole(0, 10).prefault(0).describe('Further tries on the same provider before the next one.'),
  concurrency: whole(1, 100_000).prefault(256).describe('Calls in flight at most; over it the next provider at once.'),
  assemble: yesNo()
    .prefault(true)
    .describe(
      'Plain requests for text are streamed upstream and put together here, so that the clocks mean something.',
    ),
  prefill: prefill
    .exactOptional()
    .describe(
      'How it goes on from a begun answer. Default: as the documentation of its vendor says, where it says so without doubt (DeepSeek, Mistral), else none.',
    ),
  accepts: accepts.prefault({}).describe('What it can take; a request that needs more skips it.'),
  systemPrompt: text('a text').exactOptional().describe('A system message added for this model only.'),
  headers: named(headerSafe('one line of printable characters'), sentHeaderName)
    .prefault({})
    .describe('Further headers sent to it.'),
  drop: list(parameter, 'a list of names of parameters').prefault([]).describe('Parameters that it does not take.'),
  rename: named(parameter, parameterName)
    .prefault({})
    .describe('Parameters it has another name for: from our name to its.'),
  set: named(z.unknown(), parameterName).prefault({}).describe('Parameters set on every call.'),
  standby: period(SECOND, DAY)
    .prefault('off')
    .describe(
      'Without traffic, a one-token call so often, to prove it would stand in; or off. Comes with a later version.',
    ),
  breaker: breakerOverrideSchema.prefault({}).describe('Any key of `breaker`, for this provider.'),
});
