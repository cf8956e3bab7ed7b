import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One call that a scripted provider got. */
export interface UpstreamCall {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  response: ServerResponse;
  /** The gateway let go of it, or it was answered in full. */
  closed: Promise<void>;
}

export type Script = (response: ServerResponse, call: UpstreamCall) => void | Promise<void>;

export interface ScriptedUpstream {
  url: string;
  calls: UpstreamCall[];
  /** What it does with the calls from now on. */
  script: Script;
  /** Waits until it has got so many calls in all; the last of them. */
  called(count: number): Promise<UpstreamCall>;
  /** Connections that are open now. */
  connections(): number;
}

/** A provider on a real port that does with each call what the test says. Released with the test. */
export async function startUpstream(script: Script = streams('hello')): Promise<ScriptedUpstream> {
  const sockets = new Set<Socket>();
  const waiters = new Set<() => void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const call: UpstreamCall = {
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        response,
        closed: new Promise((resolve) => response.once('close', resolve)),
      };
      upstream.calls.push(call);
      for (const wake of [...waiters]) wake();
      void upstream.script(response, call);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const upstream: ScriptedUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls: [],
    script,
    called: (count) =>
      new Promise((resolve) => {
        const wake = () => {
          const call = upstream.calls[count - 1];
          if (!call) return;
          waiters.delete(wake);
          resolve(call);
        };
        waiters.add(wake);
        wake();
      }),
    connections: () => sockets.size,
  };
  return upstream;
}

type Json = Record<string, unknown>;

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000, model: 'real-model' };

export const role = (): Json => ({
  ...head,
  choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
});
export const text = (content: string): Json => ({
  ...head,
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});
export const stop = (reason = 'stop'): Json => ({ ...head, choices: [{ index: 0, delta: {}, finish_reason: reason }] });
export const usage = (prompt = 10, completion = 5): Json => ({
  ...head,
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
});

/** One event as bytes on the wire; text stays as it is. */
export function event(data: Json | string): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

/** A whole good stream: role, a chunk for each word, finish reason, usage, `[DONE]`. */
export function streamOf(answer: string): string {
  const words = answer.split(/(?<= )/).map((word) => event(text(word)));
  return [event(role()), ...words, event(stop()), event(usage()), event('[DONE]')].join('');
}

export function streams(answer: string): Script {
  return (response) => {
    openStream(response);
    response.end(streamOf(answer));
  };
}

export function answers(answer: string, more: Json = {}): Script {
  return json(200, {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    ...more,
  });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** An error in OpenAI's shape. */
export function fails(
  status: number,
  error: Json = { message: 'it broke', type: 'server_error' },
  headers = {},
): Script {
  return json(status, { error }, headers);
}

/** Takes the call and says nothing, ever. */
export const silent: Script = () => {};

/** Cuts the connection without a word. */
export const resets: Script = (response) => void response.socket?.destroy();
