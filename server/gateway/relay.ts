import { toChunks } from '../core/assemble.ts';
import { readChunk } from '../core/chunk.ts';
import type { ErrorBody } from '../core/errors.ts';
import { AnswerTooLargeError } from '../core/grow.ts';
import type { ChunkFacts } from '../core/wire.ts';
import type { Taker } from './answer.ts';
import type { Caller } from './caller.ts';

/** Most characters held back before the first content. */
const HELD_CHARACTERS = 256 * 1_024;

export interface RelayOptions {
  caller: Caller;
  /** The caller asked for the usage chunk. */
  includeUsage: boolean;
  /** Headers of the stream, asked for at the first content: the trail is known then. */
  headers: () => Record<string, string>;
  /** The first content has gone to the caller. */
  onCommit: () => void;
}

/** Hands a stream on to its caller from the first content on; what came before (the role) is held, and goes first then. */
export class Relay implements Taker {
  committed = false;
  private readonly options: RelayOptions;
  private held: string[] = [];
  private heldCharacters = 0;
  /** What one read brought, to go out in one write. */
  private out = '';

  constructor(options: RelayOptions) {
    this.options = options;
  }

  chunk(data: string, _json: Record<string, unknown>, facts: ChunkFacts): void {
    if (facts.usageOnly && !this.options.includeUsage) return;
    const event = eventOf(data);
    if (this.committed) {
      this.out += event;
      return;
    }
    this.heldCharacters += event.length;
    if (this.heldCharacters > HELD_CHARACTERS) throw new AnswerTooLargeError(HELD_CHARACTERS);
    this.held.push(event);
  }

  whole(answer: Record<string, unknown>): void {
    for (const chunk of toChunks(answer)) {
      if (!this.options.includeUsage && readChunk(chunk).usageOnly) continue;
      this.held.push(eventOf(JSON.stringify(chunk)));
    }
  }

  first(): void {
    this.committed = true;
    this.options.caller.openStream(this.options.headers());
    this.out = this.held.join('');
    this.held = [];
    this.options.onCommit();
  }

  flush(resume: () => void): boolean {
    if (this.out === '') return true;
    const { out } = this;
    this.out = '';
    return this.options.caller.write(out, resume);
  }

  /** The good end. */
  finish(): void {
    this.options.caller.end(`${this.out}data: [DONE]\n\n`);
    this.out = '';
  }

  /** The bad end: an error where the official clients look for one, and no `[DONE]`. */
  fail(error: ErrorBody): void {
    this.options.caller.end(`${this.out}${eventOf(JSON.stringify(error))}`);
    this.out = '';
  }
}

/** One event; data of several lines takes a `data:` for each. */
function eventOf(data: string): string {
  return data.includes('\n') ? `data: ${data.replaceAll('\n', '\ndata: ')}\n\n` : `data: ${data}\n\n`;
}
