/** What the provider of the benchmark says, in the shape and the size of a real one's. */

const sentence = 'word '.repeat(40).trim();
const usage = {
  prompt_tokens: 250,
  completion_tokens: 40,
  total_tokens: 290,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
};
const head = { id: 'chatcmpl-9f3c1b7ad2e84c05', created: 1_760_000_000, model: 'bench-model' };
const fingerprint = { service_tier: 'default', system_fingerprint: 'fp_560af6e559' };

export const plainAnswer = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: sentence, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
  ...fingerprint,
});

export const streamHead = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n',
);

/** The events of a stream of so many chunks (the last with the finish reason), with usage and end mark after them. */
export function streamOf(chunks: number): string[] {
  const contents = Array.from({ length: chunks - 1 }, (_, place) =>
    event({ ...(place === 0 ? { role: 'assistant' } : {}), content: place % 7 === 6 ? ' “word”,\n' : ` word${place}` }),
  );
  const end = JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fingerprint, choices: [], usage });
  return [...contents, event({}, 'stop'), `data: ${end}\n\n`, 'data: [DONE]\n\n'];
}

/** An event as a chunk of HTTP's own chunks. */
export function framed(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
}

export const lastFrame = Buffer.from('0\r\n\r\n');

function event(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fingerprint, choices })}\n\n`;
}
