import { toChunks } from '../core/assemble.ts';
import { Continuation } from '../core/continuation.ts';
import { NoContentError } from '../core/grow.ts';
import type { RescueWay } from '../core/records.ts';
import type { Sent } from '../core/sent.ts';
import type { ReadChunk, Taker } from './answer.ts';
import type { Relay } from './relay.ts';
import { headerText } from './reply.ts';

/** Most chunks without content that are held back before a fresh answer. */
const HELD_CHUNKS = 1_000;

type Json = Record<string, unknown>;

export interface SuccessorOptions {
  relay: Relay;
  sent: Sent;
  provider: string;
}

/** Takes the answer of a provider that goes on with a begun one. Nothing goes out before it is sure to be joined. */
export class Joining implements Taker {
  committed = false;
  private readonly options: SuccessorOptions;
  private readonly way: 'prefill' | 'splice';
  private readonly continuation: Continuation;

  constructor(options: SuccessorOptions, way: 'prefill' | 'splice') {
    this.options = options;
    this.way = way;
    this.continuation = new Continuation(options.sent, way);
  }

  chunk(_data: string, { json }: ReadChunk): void {
    this.take(json);
  }

  private take(json: Json): void {
    const chunk = this.continuation.take(json);
    if (!chunk) return;
    const { relay, provider } = this.options;
    if (!this.committed) relay.comment(rescuedBy(provider, this.way));
    this.committed = true;
    relay.goOn(chunk);
  }

  whole(answer: Json): void {
    for (const chunk of toChunks(answer)) this.take(chunk);
  }

  first(): void {}

  flush(resume: () => void): boolean {
    return this.options.relay.flush(resume);
  }

  unwanted(isOver: boolean): boolean {
    if (isOver) this.continuation.end();
    return this.continuation.apart;
  }
}

/** Takes a fresh answer for a caller that lets itself be told to drop the begun one. */
export class Replacing implements Taker {
  committed = false;
  private readonly options: SuccessorOptions;
  private readonly reason: string;
  private readonly held: Json[] = [];

  /** `reason`: the word for what became of the answer before. */
  constructor(options: SuccessorOptions, reason: string) {
    this.options = options;
    this.reason = reason;
  }

  chunk(_data: string, { json, facts }: ReadChunk): void {
    if (!facts.usageOnly) this.take(json);
  }

  private take(json: Json): void {
    if (this.committed) this.options.relay.goOn(this.underFirstId(json));
    else if (this.held.push(json) > HELD_CHUNKS) throw new NoContentError();
  }

  whole(answer: Json): void {
    for (const chunk of toChunks(answer)) {
      if (!('usage' in chunk)) this.take(chunk);
    }
  }

  first(): void {
    const { relay, sent, provider } = this.options;
    this.committed = true;
    relay.comment(rescuedBy(provider, 'discard'));
    relay.goOn(
      this.underFirstId({
        object: 'chat.completion.chunk',
        model: this.held[0]?.model,
        choices: [],
        recloser: { event: 'discard', reason: this.reason },
      }),
    );
    sent.drop();
    for (const chunk of this.held.splice(0)) relay.goOn(this.underFirstId(chunk));
  }

  flush(resume: () => void): boolean {
    return this.options.relay.flush(resume);
  }

  /** An answer keeps the id of its first chunk; its usage is told once, at the end. */
  private underFirstId({ usage: _usage, x_groq: _groq, ...chunk }: Json): Json {
    const { id, created } = this.options.sent;
    return { ...chunk, id, created };
  }
}

function rescuedBy(provider: string, way: RescueWay): string {
  return `recloser rescued by ${headerText(provider)} (${way})`;
}
