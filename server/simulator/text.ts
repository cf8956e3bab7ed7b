/** What a simulated model says: sensible, always the same for the same voice and prompt, different for each voice. */

export interface TextRequest {
  /** Two providers with one voice say the same, as one model at two hosts does at temperature 0. */
  voice: string;
  prompt: string;
  /** Words wanted; each is a token, with the space before it. */
  tokens: number;
}

/** The tokens of the answer; joined they are its text. */
export function sayTokens({ voice, prompt, tokens }: TextRequest): string[] {
  const draw = drawsFrom(hash(`${voice}\n${prompt}`));
  const topic = topicOf(prompt);
  const words = `This is ${voice}, simulated, on ${topic}:`.split(' ');
  let left: string[] = [];
  while (words.length < tokens) {
    if (left.length === 0) left = [...sentences];
    const [sentence = ''] = left.splice(Math.floor(draw() * left.length), 1);
    words.push(...sentence.replace('{topic}', topic).split(' '));
  }
  return words.slice(0, tokens).map((word, index) => (index === 0 ? word : ` ${word}`));
}

export function reasonTokens(voice: string): string[] {
  return `They ask something; as ${voice} I weigh it first.`
    .split(' ')
    .map((word, at) => (at === 0 ? word : ` ${word}`));
}

export const refusalTokens: readonly string[] = ['I', ' am', ' sorry,', ' but', ' I', ' will', ' not', ' do', ' that.'];

/** 32 bits of a text (FNV-1a). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

const TOPIC_WORDS_MAX = 4;
const TOPIC_READ_MAX = 2_000;

function topicOf(prompt: string): string {
  const words = prompt.slice(0, TOPIC_READ_MAX).match(/\p{L}{4,20}/gu) ?? [];
  return words.slice(-TOPIC_WORDS_MAX).join(' ').toLowerCase() || 'your question';
}

/** A drawing of numbers in [0, 1) that is the same for the same seed (mulberry32). */
function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const sentences = [
  'Start small, look at what changes, and keep what helps.',
  'Most people find that {topic} is easier after a walk and a café crème.',
  'There are two sides to it — the quick one and the careful one.',
  'The short answer is yes, with one condition that matters.',
  'If you have ten minutes, write the three main points down first.',
  'It depends on the weather, the season and who else is coming.',
  'A naïve plan works on Monday and breaks on Thursday, so leave room.',
  'Ask a friend who has done it before; they will save you a day.',
  'Numbers help: measure {topic} once before and once after.',
  'Keep the old way at hand until the new one has held for a week.',
  'One thing at a time ✓ and the rest follows.',
  'Nobody gets {topic} right at the first try, and that is fine.',
  'In the end the simplest of the choices tends to last longest.',
  'Check the date on the source, since much of this has changed.',
];
