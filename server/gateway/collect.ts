import { Assembler } from '../core/assemble.ts';
import type { Taker } from './answer.ts';

/** Most characters of an answer that is put together in memory. */
const ANSWER_CHARACTERS = 32 * 1_024 * 1_024;

/** Puts an answer together for a caller who asked plainly. Nothing is given out before it is whole, so it is never committed. */
export class Collector implements Taker {
  readonly committed = false;
  private readonly assembler = new Assembler(ANSWER_CHARACTERS);
  private body: Record<string, unknown> | null = null;

  /** The whole answer; null: there is none. */
  answer(): Record<string, unknown> | null {
    return this.body ?? this.assembler.answer();
  }

  chunk(_data: string, json: Record<string, unknown>): void {
    this.assembler.add(json);
  }

  whole(answer: Record<string, unknown>): void {
    this.body = answer;
  }

  first(): void {}

  flush(): boolean {
    return true;
  }
}
