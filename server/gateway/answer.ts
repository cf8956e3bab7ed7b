import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import { hasMessages, isChunk, readChunk, tidied } from '../core/chunk.ts';
import { EventReader, parseObject, type ReadEvent } from '../core/eventReader.ts';
import { NoContentError } from '../core/grow.ts';
import { isRecord, textOf } from '../core/json.ts';
import type { Usage } from '../core/records.ts';
import type { ChunkFacts, Seen } from '../core/wire.ts';

/** Largest single event of a stream, in characters. */
const EVENT_CHARACTERS = 16 * 1_024 * 1_024;

type Json = Record<string, unknown>;

/** Who gets an answer while it comes: `Relay` hands it on as a stream, `Collector` puts it together. */
export interface Taker {
  /** The caller has been given something: there is no going back to another provider. */
  readonly committed: boolean;
  /** One good chunk, in order: as it came, and as it reads. */
  chunk(data: string, read: ReadChunk): void;
  /** A whole answer that came as one body of JSON: as it reads, and as it came. */
  whole(answer: Json, text: string): void;
  /** The first content has just been given with `chunk` or `whole`. */
  first(): void;
  /** What one read brought is through. False: hold the provider until `resume` is called. */
  flush(resume: () => void): boolean;
  /** Whether it has no use for this answer; `isOver`: all of it has come. Absent: it takes any. */
  unwanted?(isOver: boolean): boolean;
}

/** What a chunk holds; its JSON is there, or put together for who asks for it. */
export type ReadChunk = Pick<ReadEvent, 'facts' | 'plain'> & { readonly json: Json };

export interface AnswerOptions {
  taker: Taker;
  /** How many choices were asked for: so many finish reasons make a whole answer. */
  choices: number;
  /** Headers of the answer, for an error inside it. */
  headers: Record<string, string>;
  /** The first content came. */
  onContent: () => void;
  /** The answer went on: content came, or a finish reason. Nothing else is a sign of life. */
  onProgress: () => void;
  /** It is over before its body is: whole (null), or what was seen. */
  onOver: (seen: Seen | null) => void;
}

/**
 * Reads the body of a 2xx answer, a stream of events or one body of JSON, whichever it is: providers send either where
 * the other was asked for. Bytes may be split anywhere.
 */
export class Answer {
  usage: Usage | null = null;
  /** Characters of content so far, for an estimate of tokens. */
  characters = 0;
  /** Events that were no JSON or no chunk, and lines that were of no event, between good ones. */
  dropped = 0;
  contentSeen = false;
  /** As the provider calls the model where it tells a finish reason; null: it has not. */
  model: string | null = null;
  /** Finish reasons by index: a choice that is told twice to be finished does not stand for another. */
  readonly finishReasons = new Map<number, string>();
  private readonly options: AnswerOptions;
  private taker: Taker;
  private readonly decoder = new StringDecoder('utf8');
  /** Made for the first byte of a stream; JSON needs none. */
  private parser: EventSourceParser | null = null;
  private kind: 'unknown' | 'events' | 'json' = 'unknown';
  private readonly events = new EventReader();
  private readonly json: string[] = [];
  private readonly begunChoices = new Set<number>();
  private toolCallSeen = false;
  /** Content came after a finish reason: those of this provider do not tell the end. */
  private finishUndone = false;
  private goodEvents = 0;
  private bytesSeen = false;
  private over = false;

  constructor(options: AnswerOptions) {
    this.options = options;
    this.taker = options.taker;
  }

  /** From now on somebody else gets it. */
  giveTo(taker: Taker): void {
    this.taker = taker;
  }

  /** Every choice that was asked for has its finish reason, and nothing says that more of it is to come. */
  get finished(): boolean {
    return this.hasReasons && !this.finishUndone;
  }

  private get hasReasons(): boolean {
    return this.finishReasons.size >= this.options.choices;
  }

  feed(bytes: Buffer): void {
    if (this.over) return;
    this.text(this.decoder.write(bytes));
  }

  /** The body came to its end in good order. */
  close(): Seen | null {
    if (this.over) return null;
    this.text(this.decoder.end());
    if (this.kind === 'json') return this.closeJson();
    // A last event without its blank line counts all the same; one that was cut is no JSON, and is dropped.
    if (this.kind === 'events' && !this.over) this.parser?.feed('\n\n');
    if (this.over) return null;
    if (this.hasReasons) return this.done(null);
    if (this.contentSeen) return this.done({ seen: 'cut', message: 'the stream ended with no finish reason' });
    if (this.goodEvents === 0 && this.bytesSeen) {
      return this.done({ seen: 'malformed', message: 'the answer is neither JSON nor a stream of events' });
    }
    return this.done({ seen: 'empty', message: 'the stream ended with no content and no finish reason' });
  }

  /** The connection broke, or fell silent, before the end: a finish reason for every choice makes it whole all the same. */
  breakOff(seen: Seen): Seen | null {
    return this.finished && this.kind === 'events' ? this.done(null) : this.done(seen);
  }

  /** More came than is read of an answer. One without any content is no answer, and its provider's failure. */
  tooMuch(): Seen {
    if (this.contentSeen || this.kind === 'json') return { seen: 'tooLarge' };
    return { seen: 'malformed', message: new NoContentError().message };
  }

  private text(text: string): void {
    let rest = text;
    if (this.kind === 'unknown') {
      rest = text.trimStart();
      const first = rest[0];
      if (first === undefined) return;
      this.bytesSeen = true;
      if (first === '<') {
        this.end({ seen: 'malformed', message: 'the answer is HTML, not JSON' });
        return;
      }
      this.kind = first === '{' || first === '[' ? 'json' : 'events';
      if (this.kind === 'events') this.parser = this.openParser();
    }
    if (this.kind === 'json') this.json.push(rest);
    else this.parser?.feed(rest);
  }

  private openParser(): EventSourceParser {
    return createParser({
      maxBufferSize: EVENT_CHARACTERS,
      onEvent: (event) => this.event(event),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') this.end(this.tooMuch());
        // A line of something else, such as an error or a page without `data:` before it.
        else if (error.type === 'unknown-field') this.dropped += 1;
      },
    });
  }

  private event({ data, event }: EventSourceMessage): void {
    if (this.over) return;
    if (data.trim() === '[DONE]') {
      this.endMark();
      return;
    }
    const read = this.events.read(data);
    if (isPlain(read) && event !== 'error') {
      this.good(data, read);
      return;
    }
    const { json, isChunk, facts } = read;
    const error = facts.error === undefined && event === 'error' ? (json ?? { message: data }) : facts.error;
    if (error !== undefined) this.end({ seen: 'errorInside', error, headers: this.options.headers });
    else if (json && isChunk) this.readable(data, json, facts);
    else this.dropped += 1;
  }

  private readable(data: string, json: Json, facts: ChunkFacts): void {
    const chunk = tidied(json, this.contentSeen && this.options.choices === 1);
    if (chunk === json) this.good(data, { json, facts, plain: null });
    else this.good(JSON.stringify(chunk), { json: chunk, facts: readChunk(chunk), plain: null });
  }

  private good(data: string, read: ReadChunk): void {
    const { facts } = read;
    this.goodEvents += 1;
    this.learn(read);
    this.taker.chunk(data, read);
    // A finish reason alone is an answer too: an empty one.
    if (!facts.content && !facts.finished) return;
    this.content();
    this.options.onProgress();
  }

  /** `[DONE]` stands for a finish reason that never came, unless something tells of a break. */
  private endMark(): void {
    if (!this.contentSeen)
      this.end({ seen: 'empty', message: 'the stream ended with no content and no finish reason' });
    else if (this.hasReasons || !this.isSuspect()) this.end(null);
    else this.end({ seen: 'cut', message: 'the stream ended before its answer had a finish reason' });
  }

  /** Proxies put `[DONE]` after whatever broke: after what was no chunk (an error of theirs), in a tool call, with one of several choices finished. */
  private isSuspect(): boolean {
    if (this.finishReasons.size === 0) return this.dropped > 0 || this.toolCallSeen;
    return [...this.begunChoices].some((index) => !this.finishReasons.has(index));
  }

  private learn(read: Pick<ReadChunk, 'json' | 'facts'>): void {
    const { facts } = read;
    this.characters += facts.characters;
    if (facts.usage) this.usage = facts.usage;
    if (facts.toolCall) this.toolCallSeen = true;
    // Where one choice was asked for, there is nothing to tell apart before the end.
    if (!facts.finished && this.options.choices === 1 && this.finishReasons.size === 0) return;
    const { json } = read;
    this.model = textOf(json.model) ?? this.model;
    for (const { index, reason, content } of choicesOf(json)) {
      this.begunChoices.add(index);
      if (content && this.finishReasons.delete(index)) this.finishUndone = true;
      if (reason !== null) this.finishReasons.set(index, reason);
    }
  }

  private closeJson(): Seen | null {
    const text = this.json.join('');
    const json = parseObject(text);
    if (!json) return this.done({ seen: 'malformed', message: 'the answer is not a JSON object' });
    const facts = readChunk(json);
    if (facts.error !== undefined) {
      return this.done({ seen: 'errorInside', error: facts.error, headers: this.options.headers });
    }
    if (!isChunk(json) || !facts.finished || !choicesOf(json).every(({ reason }) => reason !== null)) {
      return this.done({ seen: 'empty', message: 'the answer has a choice without a finish reason' });
    }
    if (!hasMessages(json))
      return this.done({ seen: 'malformed', message: 'the answer has a choice without a message' });
    this.learn({ json, facts });
    this.taker.whole(json, text);
    this.content();
    return this.done(null);
  }

  private content(): void {
    if (this.contentSeen) return;
    this.contentSeen = true;
    this.options.onContent();
    this.taker.first();
  }

  private end(seen: Seen | null): void {
    if (this.over) return;
    this.over = true;
    this.options.onOver(seen);
  }

  private done(seen: Seen | null): Seen | null {
    this.over = true;
    return seen;
  }
}

/** Its JSON is not asked for here: most chunks are so, and nobody needs it. */
function isPlain(read: ReadEvent): read is ReadChunk & ReadEvent {
  return read.plain !== null;
}

/** The choices of a chunk or a whole answer: of each its index, its finish reason, if it has one, and whether it brings content. */
function choicesOf(json: Json): { index: number; reason: string | null; content: boolean }[] {
  const choices = Array.isArray(json.choices) ? json.choices.filter(isRecord) : [];
  return choices.map((choice) => ({
    index: typeof choice.index === 'number' ? choice.index : 0,
    reason: textOf(choice.finish_reason),
    content: readChunk({ choices: [choice] }).content,
  }));
}
