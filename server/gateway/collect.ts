import { Assembler } from '../core/assemble.ts';
import { AnswerTooLargeError } from '../core/grow.ts';
import type { ChunkFacts } from '../core/wire.ts';
import type { ReadChunk, Taker } from './answer.ts';
import type { HeldAnswer } from './limits.ts';

/** Most characters of an answer that is put together in memory. */
const ANSWER_CHARACTERS = 32 * 1_024 * 1_024;

/** Puts an answer together for a caller who asked plainly. Nothing is given out before it is whole, so it is never committed. */
export class Collector implements Taker {
  readonly committed = false;
  private readonly assembler = new Assembler(ANSWER_CHARACTERS);
  private body: { json: Record<string, unknown>; text: string } | null = null;
  private readonly held: HeldAnswer | null;

  /** `held`: what the answer is counted in, over all callers; null: it is none of a caller's. */
  constructor(held: HeldAnswer | null = null) {
    this.held = held;
  }

  /** The whole answer; null: there is none. */
  answer(): Record<string, unknown> | null {
    return this.body?.json ?? this.assembler.answer();
  }

  /** The whole answer as JSON: one that came whole is given as it came. */
  answerText(): string {
    return this.body?.text ?? JSON.stringify(this.assembler.answer());
  }

  chunk(data: string, { json, facts }: ReadChunk): void {
    if (this.held && !this.held.take(bytesKept(data, facts))) throw new AnswerTooLargeError(ANSWER_CHARACTERS);
    this.assembler.add(json);
  }

  whole(json: Record<string, unknown>, text: string): void {
    this.body = { json, text };
  }

  first(): void {}

  flush(): boolean {
    return true;
  }
}

/** Fields that each chunk repeats are kept once: what is left is its text, unless it is a large chunk of something else. */
const CHUNK_FRAME_BYTES = 512;
const PIECE_BYTES = 64;

function bytesKept(data: string, facts: ChunkFacts): number {
  return PIECE_BYTES + Math.max(facts.characters, data.length - CHUNK_FRAME_BYTES);
}
