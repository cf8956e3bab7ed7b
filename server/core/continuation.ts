import { Joiner } from './joiner.ts';
import { isRecord, textOf } from './json.ts';
import { isFilled, reasoningFields, type Sent, textOfParts } from './sent.ts';

type Json = Record<string, unknown>;

/** Fields of a delta that are not repeated, or not another model's to say. */
const leftOut: ReadonlySet<string> = new Set(['role', 'content', ...reasoningFields]);
/** Fields of a chunk that speak of one call only: usage is summed at the end. */
const ownOfCall: ReadonlySet<string> = new Set(['id', 'created', 'usage', 'x_groq', 'choices']);

/**
 * Turns the chunks of a provider that goes on with a begun answer into those that its caller is to get: joined without
 * gap or double, under the answer's first id, without a second role and without reasoning.
 */
export class Continuation {
  private readonly sent: Sent;
  private readonly joiner: Joiner;
  private broken = false;

  constructor(sent: Sent, way: 'prefill' | 'splice') {
    this.sent = sent;
    this.joiner = new Joiner(sent.text(), way === 'prefill' ? 'continues' : 'repeats');
  }

  /** It cannot be joined: no more of it is wanted. */
  get apart(): boolean {
    return this.broken || this.joiner.apart;
  }

  /** The provider has said all; `apart` says then whether it came to an answer. */
  end(): void {
    this.joiner.end();
  }

  /** The next chunk; null: nothing of it is to be passed on. */
  take(chunk: Json): Json | null {
    const choice = Array.isArray(chunk.choices) ? chunk.choices.find(isRecord) : undefined;
    if (this.apart || !choice) return null;
    const delta = isRecord(choice.delta) ? choice.delta : {};
    const said = contentOf(delta.content);
    const more = Object.entries(delta).filter(([name, value]) => !leftOut.has(name) && isFilled(value));
    // A tool call goes on from text; from half a sentence that nobody took up it does not.
    const isOutOfPlace = more.length > 0 && said === '' && !this.joiner.joined;
    if (said === null || isOutOfPlace || (choice.index ?? 0) !== 0) return this.giveUp();
    const content = said === '' ? '' : this.joiner.add(said);
    const isLast = textOf(choice.finish_reason) !== null;
    if (isLast) this.joiner.end();
    if (!this.joiner.joined || !(isLast || content !== '' || more.length > 0)) return null;
    return this.rebuilt(chunk, { ...choice, delta: deltaOf(content, more) });
  }

  private rebuilt(chunk: Json, choice: Json): Json {
    const rest = Object.entries(chunk).filter(([name]) => !ownOfCall.has(name));
    return Object.fromEntries([['id', this.sent.id], ...rest, ['created', this.sent.created], ['choices', [choice]]]);
  }

  private giveUp(): null {
    this.broken = true;
    return null;
  }
}

/** Text of a delta's content; null: it holds something else. */
function contentOf(content: unknown): string | null {
  if (Array.isArray(content)) return textOfParts(content);
  return typeof content === 'string' ? content : '';
}

function deltaOf(content: string, more: [string, unknown][]): Json {
  const fields: [string, unknown][] = content === '' ? more : [['content', content], ...more];
  return Object.fromEntries(fields);
}
