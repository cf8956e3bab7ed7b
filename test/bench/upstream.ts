import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serve } from './serve.ts';

/** A provider that is always well and as fast as it can be: what is measured is what stands before it. */
export const chunksPerStream = 100;
const chunkGapMs = 5;

const content = 'word '.repeat(40).trim();
const usage = { prompt_tokens: 250, completion_tokens: 40, total_tokens: 290 };
const head = { id: 'chatcmpl-bench', created: 1_760_000_000, model: 'bench-model' };
const message = { role: 'assistant', content };
const plain = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage,
});
const wholeStream = [delta({ role: 'assistant', content }), delta({}, 'stop'), usageEvent(), 'data: [DONE]\n\n'].join(
  '',
);

serve(createServer((request, response) => void answer(request, response)));

/** A plain answer; a stream at once where `"max_tokens":1` asks for a short one; else a stream at the pace of a model. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString();
  if (!/"stream":\s*true/.test(body)) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(plain) });
    response.end(plain);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (/"max_tokens":\s*1\b/.test(body)) response.end(wholeStream);
  else pace(response);
}

function pace(response: ServerResponse): void {
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    if (sent < chunksPerStream) {
      response.write(delta({ content: ' word' }));
      return;
    }
    clearInterval(timer);
    response.end(`${delta({}, 'stop')}${usageEvent()}data: [DONE]\n\n`);
  }, chunkGapMs);
  response.once('close', () => clearInterval(timer));
}

function delta(change: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta: change, finish_reason: finish }];
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices })}\n\n`;
}

function usageEvent(): string {
  return `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage })}\n\n`;
}
