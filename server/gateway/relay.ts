import { toChunks } from '../core/assemble.ts';
import { readChunk } from '../core/chunk.ts';
import type { ErrorBody } from '../core/errors.ts';
import { NoContentError } from '../core/grow.ts';
import type { Usage } from '../core/records.ts';
import { type Sent, usageChunk } from '../core/sent.ts';
import type { ReadChunk, Taker } from './answer.ts';
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
  /** Keeps what is given out, for whoever has to go on with it; null: nobody could. */
  sent: Sent | null;
}

/** Hands a stream on to its caller from the first content on; what came before (the role) is held, and goes first then. */
export class Relay implements Taker {
  committed = false;
  readonly sent: Sent | null;
  private readonly options: RelayOptions;
  private held: string[] = [];
  private heldCharacters = 0;
  /** What one read brought, to go out in one write. */
  private out = '';

  constructor(options: RelayOptions) {
    this.options = options;
    this.sent = options.sent;
  }

  chunk(data: string, read: ReadChunk): void {
    const { facts, plain } = read;
    if (facts.usageOnly && !this.options.includeUsage) return;
    if (plain) this.sent?.noteText(plain.like, plain.text);
    else this.sent?.note(read.json);
    const event = eventOf(data);
    if (this.committed) {
      this.out += event;
      return;
    }
    this.heldCharacters += event.length;
    if (this.heldCharacters > HELD_CHARACTERS && !facts.content) throw new NoContentError();
    this.held.push(event);
  }

  whole(answer: Record<string, unknown>): void {
    for (const chunk of toChunks(answer)) {
      if (!this.options.includeUsage && readChunk(chunk).usageOnly) continue;
      this.sent?.note(chunk);
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

  /** A chunk of somebody who goes on with the answer. */
  goOn(chunk: Record<string, unknown>): void {
    this.sent?.note(chunk);
    this.out += eventOf(JSON.stringify(chunk));
  }

  /** A line for people who read the wire; programs pass over it. */
  comment(text: string): void {
    this.out += `: ${text}\n\n`;
  }

  /** The usage of an answer that several providers gave. */
  usage(usage: Usage | null): void {
    if (usage && this.sent) this.out += eventOf(JSON.stringify(usageChunk(this.sent, usage)));
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

/** One event. Line ends in JSON can only be white space, and simple readers take one line for one event. */
function eventOf(data: string): string {
  return `data: ${data.includes('\n') ? data.replaceAll('\n', ' ') : data}\n\n`;
}
