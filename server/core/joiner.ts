import { beginsAfresh, endsInHalf, tailOf } from './seam.ts';

/** Characters of a continuation that are held back at most, until it shows whether it goes on or begins again. */
export const HELD_CHARACTERS = 64;
/** So many characters in common with the beginning of what was sent are no chance: the text begins again. */
const REPEATED_CHARACTERS = 8;

/** Where a joiner stands; `apart`: the new text cannot be joined to the old. */
type State = 'deciding' | 'matching' | 'passing' | 'apart';

/**
 * Joins a new text to what was sent before, so that nothing is said twice and nothing is missing. The time it takes is
 * linear in the new text, and it holds back no more than `HELD_CHARACTERS` and one piece.
 *
 * `continues`: the new text should go on where the sent one ends. If it begins as the sent one began, it is taken as
 * asked afresh. `repeats`: it was asked afresh, and must begin with exactly what was sent.
 */
export class Joiner {
  private state: State;
  private readonly sent: string;
  /** White space at the end of what was sent, or half a character: what the model was not shown. */
  private readonly tail: string;
  private matched = 0;
  private held = '';

  constructor(sent: string, mode: 'continues' | 'repeats') {
    this.sent = sent;
    this.tail = tailOf(sent);
    // White space alone is nothing to begin with: only doubling it must be kept out.
    if (this.isBlank) this.state = sent === '' ? 'passing' : 'deciding';
    else this.state = mode === 'continues' ? 'deciding' : 'matching';
  }

  get apart(): boolean {
    return this.state === 'apart';
  }

  /** What comes is passed on. */
  get joined(): boolean {
    return this.state === 'passing';
  }

  /** The next piece of the new text; what of it, and of what was held back, is to be passed on. */
  add(piece: string): string {
    switch (this.state) {
      case 'passing':
        return piece;
      case 'apart':
        return '';
      case 'matching':
        return this.match(piece);
      case 'deciding':
        return this.decide(piece);
    }
  }

  /** The new text is over. What is undecided then has too little to be joined by. */
  end(): void {
    if (this.state === 'passing') return;
    this.state = this.isBlank && !endsInHalf(this.sent) ? 'passing' : 'apart';
  }

  private get isBlank(): boolean {
    return this.tail.length === this.sent.length;
  }

  private match(piece: string): string {
    const left = this.sent.length - this.matched;
    const part = piece.slice(0, left);
    if (!this.sent.startsWith(part, this.matched)) return this.giveUp();
    this.matched += part.length;
    if (this.matched === this.sent.length) this.state = 'passing';
    return piece.slice(left);
  }

  private decide(piece: string): string {
    this.held += piece;
    const { held, sent } = this;
    const common = this.isBlank ? 0 : commonLength(held, sent);
    if (common >= Math.min(HELD_CHARACTERS, sent.length)) {
      this.state = 'matching';
      this.matched = common;
      return this.match(held.slice(common));
    }
    if (common === held.length) return '';
    const shownLength = sent.length - this.tail.length;
    if (!this.isBlank && common >= Math.min(REPEATED_CHARACTERS, shownLength)) return this.giveUp();
    return this.goOn();
  }

  /** It does not begin again, so it goes on: the white space that is there already must not come twice. */
  private goOn(): string {
    const { held, tail } = this;
    const body = held.trimStart();
    if (body === '' && held.length < HELD_CHARACTERS) return '';
    // The other half of a character has to come: the caller has the first.
    if (endsInHalf(tail)) return body.startsWith(tail.slice(-1)) ? this.pass(body.slice(1)) : this.giveUp();
    const lead = held.slice(0, held.length - body.length);
    if (!this.isBlank && lead === '' && beginsAfresh(this.sent, held)) return this.giveUp();
    if (tail === '') return this.pass(held);
    return this.pass((lead.startsWith(tail) ? lead.slice(tail.length) : '') + body);
  }

  private pass(text: string): string {
    this.state = 'passing';
    this.held = '';
    return text;
  }

  private giveUp(): string {
    this.state = 'apart';
    this.held = '';
    return '';
  }
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}
