import type { RequestRecord } from '../../server/core/records.ts';

/** All that is known of one request when it is over, from its caller's side and from its providers'. */
export interface Transcript {
  /** Asked for as a stream. */
  stream: boolean;
  status: number | null;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
  /** The body came to the end that its framing promised. */
  framed: boolean;
  /** Whole answers that the providers had on offer, by `canonical`. */
  offered: readonly string[];
  record: RequestRecord;
  permits: { acquired: number; settled: number };
  calls: readonly { provider: string; state: 'open' | 'answered' | 'closed' }[];
  /** Calls that the circuits believe to be out. */
  inFlight: number;
}

/** What a client has of one choice. */
export interface Whole {
  content: string;
  reasoning: string;
  refusal: string;
  tools: { id: string; name: string; arguments: string }[];
  finish: string | null;
}

/** The one text that two equal answers have. */
export function canonical(choices: Whole[]): string {
  const order = ({ content, reasoning, refusal, tools, finish }: Whole) => [content, reasoning, refusal, tools, finish];
  return JSON.stringify(choices.map(order));
}

export function empty(): Whole {
  return { content: '', reasoning: '', refusal: '', tools: [], finish: null };
}

/** Every way in which a request was not served as it must be, whatever its provider did; none: it was. */
export function breachesOf(transcript: Transcript): string[] {
  const { status, framed, stream } = transcript;
  if (status === null) return ['The caller got no answer at all.'];
  const caller = stream && status === 200 ? streamBreaches(transcript) : plainBreaches(transcript);
  return [...(framed ? [] : ['The body did not come to its end.']), ...caller, ...houseBreaches(transcript)];
}

function streamBreaches({ body, offered, record }: Transcript): string[] {
  const events = readEvents(body);
  if (typeof events === 'string') return [events];
  const done = events.filter((event) => event === '[DONE]').length;
  const errors = events.filter((event) => event !== '[DONE]' && event.error !== undefined);
  const ids = new Set(events.flatMap((event) => (event !== '[DONE]' && event.id ? [event.id] : [])));
  const breaches: string[] = [];
  if (ids.size > 1) breaches.push('The chunks bear the ids of several answers.');
  if (done > 0) {
    if (errors.length > 0) breaches.push('A stream with an error in it ends with [DONE].');
    if (done > 1 || events.at(-1) !== '[DONE]') breaches.push('Something follows [DONE].');
    if (!offered.includes(canonical(foldStream(events)))) breaches.push('[DONE] follows what nobody had on offer.');
    if (record.outcome !== 'succeeded')
      breaches.push(`The caller has a whole answer; the record says ${record.outcome}.`);
    return breaches;
  }
  const last = events.at(-1);
  if (last === undefined || last === '[DONE]' || last.error === undefined) {
    breaches.push('The stream ends with neither [DONE] nor an error.');
  } else breaches.push(...errorBreaches(last));
  if (errors.length > 1) breaches.push('The stream has several errors in it.');
  if (record.outcome !== 'interrupted')
    breaches.push(`The caller has half an answer; the record says ${record.outcome}.`);
  return breaches;
}

function plainBreaches({ status, headers, body, offered, record }: Transcript): string[] {
  const json = parse(body);
  if (!json) return ['The body is no JSON.'];
  const breaches: string[] = [];
  if (record.status !== status) breaches.push(`The record says ${record.status}, and the caller got ${status}.`);
  if (headers['x-recloser-trail'] !== trailIn(record)) breaches.push('The trail is not the one of the record.');
  if (status === 200) {
    if (json.error !== undefined) breaches.push('A 200 has an error in it.');
    if (!offered.includes(canonical(foldPlain(json)))) breaches.push('A 200 holds what nobody had on offer.');
    if (record.outcome !== 'succeeded')
      breaches.push(`The caller has a whole answer; the record says ${record.outcome}.`);
    return breaches;
  }
  breaches.push(...errorBreaches(json));
  const { code = null } = (json.error ?? {}) as { code?: string | null };
  if (headers['x-should-retry'] !== 'false') breaches.push('The error lets the client try it all again.');
  if (record.outcome !== (status !== null && status < 500 ? 'refused' : 'failed'))
    breaches.push(`The caller got a ${status}; the record says ${record.outcome}.`);
  if (code !== null && record.errorCode !== code) breaches.push(`The record has another code: ${record.errorCode}.`);
  return breaches;
}

/** What does not hold, of what must for every request: permits, calls, connections, secrets. */
export function houseBreaches({ permits, calls, inFlight, record, body, headers }: Transcript): string[] {
  const breaches: string[] = [];
  if (permits.acquired !== permits.settled) {
    breaches.push(`${permits.acquired} permits were given out, and ${permits.settled} settled.`);
  }
  if (inFlight !== 0) breaches.push(`${inFlight} calls are out for ever.`);
  const open = calls.filter(({ state }) => state === 'open').map(({ provider }) => provider);
  if (open.length > 0) breaches.push(`The connection to ${open.join(', ')} is still open.`);
  const tried = record.attempts.filter(({ outcome }) => outcome !== 'skipped');
  if (tried.length !== permits.acquired)
    breaches.push(`${tried.length} attempts stand for ${permits.acquired} permits.`);
  if (calls.length > tried.length) breaches.push(`${calls.length} calls stand for ${tried.length} attempts.`);
  if (/sk-secret/.test(body + JSON.stringify(headers))) breaches.push('The caller sees a key.');
  return breaches;
}

function errorBreaches({ error }: Chunk): string[] {
  const { message, type, attempts } = (error ?? {}) as { message?: unknown; type?: unknown; attempts?: unknown };
  const isWhole = typeof message === 'string' && message !== '' && typeof type === 'string' && Array.isArray(attempts);
  return isWhole ? [] : ['The error has not the shape of one.'];
}

interface Chunk {
  id?: string;
  error?: unknown;
  recloser?: { event?: string };
  choices?: ChunkChoice[];
}

interface ChunkChoice {
  index?: number;
  delta?: Fields;
  message?: Fields;
  finish_reason?: string | null;
}

interface Fields {
  content?: string | null;
  reasoning_content?: string | null;
  refusal?: string | null;
  tool_calls?: { index?: number; id?: string; function?: { name?: string; arguments?: string } }[];
}

/** The events of a stream, read as strictly as its own dialect allows; a sentence: it is none. */
function readEvents(body: string): (Chunk | '[DONE]')[] | string {
  if (!body.endsWith('\n\n')) return 'The stream ends within an event.';
  const events: (Chunk | '[DONE]')[] = [];
  for (const block of body.slice(0, -2).split('\n\n')) {
    if (block.startsWith(':')) continue;
    const data = block.startsWith('data: ') ? block.slice('data: '.length) : '';
    const json = data === '[DONE]' ? data : parse(data);
    if (!json) return `An event is no JSON: ${block.slice(0, 60)}`;
    events.push(json);
  }
  return events;
}

/** What a client has at the end of a stream: it drops what it has where it is told to. */
function foldStream(events: (Chunk | '[DONE]')[]): Whole[] {
  let choices: Whole[] = [];
  for (const event of events) {
    if (event === '[DONE]') continue;
    if (event.recloser?.event === 'discard') choices = [];
    for (const choice of event.choices ?? []) {
      const index = choice.index ?? 0;
      choices[index] ??= empty();
      const whole = choices[index];
      if (choice.delta) addFields(whole, choice.delta);
      // Twice finished is no answer of anybody.
      if (choice.finish_reason) whole.finish = whole.finish === null ? choice.finish_reason : 'twice';
    }
  }
  return choices;
}

export function foldPlain({ choices = [] }: Chunk): Whole[] {
  return choices.map(({ message, finish_reason: finish }) => {
    const whole = empty();
    if (message) addFields(whole, message);
    return { ...whole, finish: finish ?? null };
  });
}

export function addFields(whole: Whole, fields: Fields): void {
  whole.content += fields.content ?? '';
  whole.reasoning += fields.reasoning_content ?? '';
  whole.refusal += fields.refusal ?? '';
  for (const [place, piece] of (fields.tool_calls ?? []).entries()) {
    const index = piece.index ?? place;
    whole.tools[index] ??= { id: '', name: '', arguments: '' };
    const tool = whole.tools[index];
    tool.id += piece.id ?? '';
    tool.name += piece.function?.name ?? '';
    tool.arguments += piece.function?.arguments ?? '';
  }
}

function trailIn({ attempts }: RequestRecord): string {
  return attempts.map(({ provider, word }) => `${provider}=${word}`).join(', ');
}

function parse(text: string): Chunk | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Chunk) : null;
  } catch {
    return null;
  }
}
