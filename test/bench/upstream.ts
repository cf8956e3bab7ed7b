import { createServer, type Socket } from 'node:net';
import { framed, lastFrame, plainAnswer, streamHead, streamOf } from './answers.ts';
import { Messages } from './messages.ts';
import { serve } from './serve.ts';

/**
 * A provider that is as fast as it can be: what is measured is what stands before it. It answers plainly; with a stream
 * at once where `"max_tokens":1` asks for a short one; else with a stream at the pace of a model; below `/failing` with 503.
 */
export const chunksPerStream = 100;
const chunkGapMs = 20;
/** A stream of so many tokens gets its first chunk, and then nothing for as long as it is open. */
const silentTokens = '"max_tokens":7';

const plain = answerOf(200, plainAnswer);
const failing = answerOf(503, '{"error":{"message":"The benchmark has broken this provider.","type":"server_error"}}');
const frames = streamOf(chunksPerStream).map(framed);
const short = Buffer.concat([streamHead, ...streamOf(2).map(framed), lastFrame]);

const server = createServer({ noDelay: true }, (socket) => {
  let head = '';
  let parts: Buffer[] = [];
  const messages = new Messages({
    head: (text) => {
      head = text;
      parts = [];
    },
    body: (bytes) => void parts.push(bytes),
    end: () => answer(socket, head, Buffer.concat(parts)),
  });
  socket.on('data', (bytes: Buffer) => messages.feed(bytes));
  socket.on('error', () => {});
});
serve(server);

function answer(socket: Socket, head: string, body: Buffer): void {
  if (head.startsWith('POST /failing')) socket.write(failing);
  else if (!wants(body, '"stream":true')) socket.write(plain);
  else if (wants(body, '"max_tokens":1,') || wants(body, '"max_tokens":1}')) socket.write(short);
  else if (wants(body, silentTokens)) socket.write(Buffer.concat([streamHead, ...frames.slice(0, 2)]));
  else pace(socket);
}

/** Parameters may stand before or after a long prompt. */
function wants(body: Buffer, parameter: string): boolean {
  const reach = 400;
  if (body.length <= 2 * reach) return body.includes(parameter);
  return body.subarray(0, reach).includes(parameter) || body.subarray(-reach).includes(parameter);
}

interface Paced {
  socket: Socket;
  sent: number;
  dueAt: number;
}

/** In the order in which they are due: all have the same gap. */
let paced: Paced[] = [];

function pace(socket: Socket): void {
  socket.write(streamHead);
  paced.push({ socket, sent: 0, dueAt: performance.now() + chunkGapMs });
}

setInterval(() => {
  const now = performance.now();
  let done = 0;
  for (let stream = paced[done]; stream && stream.dueAt <= now; stream = paced[done]) {
    done += 1;
    send(stream);
  }
  if (done > 0) paced = paced.slice(done).concat(paced.slice(0, done).filter(isUnderWay));
}, 1);

function send(stream: Paced): void {
  const frame = frames[stream.sent];
  const isLast = stream.sent === chunksPerStream - 1;
  // With the last chunk of content come finish reason, usage and end mark, as they do from providers.
  if (frame) stream.socket.write(isLast ? Buffer.concat([...frames.slice(stream.sent), lastFrame]) : frame);
  stream.sent = isLast ? frames.length : stream.sent + 1;
  stream.dueAt += chunkGapMs;
}

function isUnderWay({ socket, sent }: Paced): boolean {
  return sent < frames.length && !socket.destroyed;
}

function answerOf(status: number, body: string): Buffer {
  const head = `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Broken'}\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
