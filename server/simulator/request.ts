/** What a simulated provider reads of a request's body. */
export interface ChatRequest {
  model: string | null;
  stream: boolean;
  includeUsage: boolean;
  /** Choices asked for, 1 to `CHOICES_MAX`. */
  choices: number;
  maxTokens: number | null;
  /** Text of the last message of the user. */
  prompt: string;
  /** Estimated tokens of all messages. */
  promptTokens: number;
  /** A begun answer to go on with, or null. */
  begun: string | null;
  /** The tool it is to call, or null. */
  tool: ToolAsked | null;
  /** Fields that the simulator does not use itself. */
  unknown: Record<string, unknown>;
}

export interface ToolAsked {
  name: string;
  /** JSON Schema of its arguments, or null. */
  parameters: unknown;
}

export const CHOICES_MAX = 8;

/** Null when it has no messages. Anything else that is odd is read as if it were not there. */
export function readChatRequest(body: unknown): ChatRequest | null {
  if (!isRecord(body) || !Array.isArray(body.messages) || body.messages.length === 0) return null;
  const messages = body.messages.filter(isRecord);
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? textOf(last.content) : null;
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  return {
    model: typeof body.model === 'string' ? body.model : null,
    stream: body.stream === true,
    includeUsage: isRecord(body.stream_options) && body.stream_options.include_usage === true,
    choices: typeof body.n === 'number' ? Math.min(CHOICES_MAX, Math.max(1, Math.floor(body.n))) : 1,
    maxTokens: typeof maxTokens === 'number' && maxTokens >= 1 ? Math.floor(maxTokens) : null,
    prompt: textOf(messages.findLast((message) => message.role === 'user')?.content),
    promptTokens: messages.reduce((sum, message) => sum + 3 + Math.ceil(textOf(message.content).length / 4), 0),
    begun,
    tool: toolAsked(body, last),
    unknown: Object.fromEntries(Object.entries(body).filter(([name]) => !known.has(name))),
  };
}

const known = new Set(
  'model messages stream stream_options n max_tokens max_completion_tokens tools tool_choice'.split(' '),
);

/** A tool is called when the caller requires one, or offers some and says "call". */
function toolAsked(body: Record<string, unknown>, last: Record<string, unknown> | undefined): ToolAsked | null {
  const choice = body.tool_choice;
  if (!Array.isArray(body.tools) || choice === 'none') return null;
  const tools = body.tools
    .filter(isRecord)
    .map((tool) => tool.function)
    .filter(isRecord)
    .map((tool) => ({ name: String(tool.name), parameters: tool.parameters ?? null }));
  if (isRecord(choice) && isRecord(choice.function)) {
    const { name } = choice.function;
    return tools.find((tool) => tool.name === name) ?? null;
  }
  const wanted = choice === 'required' || (last?.role === 'user' && /\bcall\b/i.test(textOf(last.content)));
  return (wanted ? tools[0] : null) ?? null;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .filter(isRecord)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('\n');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
