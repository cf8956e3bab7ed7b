import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import { serve } from './serve.ts';

/** The floor: the least that a gateway in Node can do. It reads the body, puts the model's name in, and passes the answer on. */
const upstream = new Pool(process.argv[2] ?? '', { connections: 1_000 });

serve(createServer((request, response) => void pass(request, response).catch(() => response.destroy())));

async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString());
  body.model = 'bench-model';
  const answer = await upstream.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  response.writeHead(answer.statusCode, { 'content-type': String(answer.headers['content-type']) });
  await pipeline(answer.body, response);
}
