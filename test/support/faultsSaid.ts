type Json = Record<string, unknown>;

const CREATED = 1_760_000_000;

/** A whole answer of a provider, from which its streams and bodies are cut. */
export interface Said {
  /** Letter of the provider. */
  by: string;
  /** The deltas with content, in order. */
  deltas: Json[];
  finish: string;
}

/** Where the events of a stream stand: `role`, content, `finish`, `usage`, `[DONE]`. */
export interface Frames {
  role: string;
  content: string[];
  finish: string;
  usage: string;
  done: string;
}

/** An answer in these pieces of text. */
export function says(by: string, pieces: string[], finish = 'stop'): Said {
  return { by, deltas: pieces.map((content) => ({ content })), finish };
}

/** A tool call whose arguments come in these pieces. */
export function callsTool(by: string, pieces: string[]): Said {
  const opening = { index: 0, id: `call_${by}`, type: 'function', function: { name: 'look_up', arguments: '' } };
  const rest = pieces.map((text) => ({ tool_calls: [{ index: 0, function: { arguments: text } }] }));
  return { by, deltas: [{ tool_calls: [opening] }, ...rest], finish: 'tool_calls' };
}

export function textOf({ deltas }: Said): string {
  return deltas.map(({ content }) => content ?? '').join('');
}

/** The stream of an answer, as this provider sends it. */
export function framesOf(said: Said): Frames {
  const event = (choices: Json[], more: Json = {}) => eventOf({ ...headOf(said.by), choices, ...more });
  const of = (delta: Json, finish: string | null = null) => event([{ index: 0, delta, finish_reason: finish }]);
  return {
    role: of({ role: 'assistant', content: '' }),
    content: said.deltas.map((delta) => of(delta)),
    finish: of({}, said.finish),
    usage: event([], { usage: usageOf(said.deltas.length) }),
    done: eventOf('[DONE]'),
  };
}

/** All events in their order. */
export function eventsOf(said: Said): string[] {
  const { role, content, finish, usage, done } = framesOf(said);
  return [role, ...content, finish, usage, done];
}

/** What a caller who did not ask for usage is to get of it, byte for byte. */
export function relayed(said: Said): string {
  const { role, content, finish, done } = framesOf(said);
  return [role, ...content, finish, done].join('');
}

/** The body of the plain answer that is put together from the stream, byte for byte. */
export function assembled(said: Said, options: { usage?: boolean } = {}): string {
  const { id, created, model } = headOf(said.by);
  const usage = options.usage === false ? {} : { usage: usageOf(said.deltas.length) };
  const message = { role: 'assistant', ...messageOf(said) };
  const choices = [{ finish_reason: said.finish, index: 0, message }];
  return JSON.stringify({ id, created, model, ...usage, object: 'chat.completion', choices });
}

/** The plain answer, as this provider sends it. */
export function plainOf(said: Said): string {
  const { id, created, model } = headOf(said.by);
  const choices = [{ index: 0, message: { role: 'assistant', ...messageOf(said) }, finish_reason: said.finish }];
  const usage = usageOf(said.deltas.length);
  return JSON.stringify({ id, object: 'chat.completion', created, model, choices, usage });
}

/** The whole message, folded from its deltas in a simple way of its own. */
export function messageOf({ deltas }: Said): Json {
  const calls = deltas.flatMap(({ tool_calls: some }) => (some as ToolPiece[] | undefined) ?? []);
  const content = deltas.map((delta) => delta.content ?? '').join('');
  if (calls.length === 0) return { content };
  const [{ index: _index, ...first } = { index: 0, function: { arguments: '' } }] = calls;
  const text = calls.map((call) => call.function.arguments).join('');
  return {
    content: content === '' ? '' : content,
    tool_calls: [{ ...first, function: { ...first.function, arguments: text } }],
  };
}

interface ToolPiece {
  index: number;
  id?: string;
  function: { name?: string; arguments: string };
}

export function eventOf(data: Json | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

/** The fields that each chunk of this provider bears. */
export function headOf(by: string) {
  return { id: `chatcmpl-${by}`, object: 'chat.completion.chunk', created: CREATED, model: `${by}-model` };
}

function usageOf(tokens: number): Json {
  return { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens };
}
