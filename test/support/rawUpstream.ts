import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request that came over a bare socket. */
export interface RawRequest {
  head: string;
  body: string;
  /** From 0: which connection it came on, and which request of that connection it is. */
  connection: number;
  nth: number;
}

export type RawScript = (socket: Socket, request: RawRequest) => void | Promise<void>;

export interface RawUpstream {
  url: string;
  requests: RawRequest[];
  script: RawScript;
}

/** A provider that writes each byte of its answer itself: what no HTTP server would send can be sent here. */
export async function startRawUpstream(script: RawScript): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = connections++;
    let nth = 0;
    let bytes = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part]);
      for (let request = take(bytes); request; request = take(bytes)) {
        bytes = bytes.subarray(request.bytes);
        const asked = { head: request.head, body: request.body, connection, nth: nth++ };
        upstream.requests.push(asked);
        void upstream.script(socket, asked);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const upstream: RawUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    script,
  };
  return upstream;
}

function take(bytes: Buffer): { head: string; body: string; bytes: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = bytes.subarray(0, headEnd).toString('latin1');
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const end = headEnd + 4 + length;
  return bytes.length < end ? null : { head, body: bytes.toString('utf8', headEnd + 4, end), bytes: end };
}

/** A head with these lines. */
export function headOf(lines: string[], status = 'HTTP/1.1 200 OK'): string {
  return `${[status, ...lines].join('\r\n')}\r\n\r\n`;
}

export function chunked(...pieces: (string | Buffer)[]): Buffer {
  const parts = pieces.flatMap((piece) => {
    const bytes = Buffer.from(piece);
    return [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat(parts);
}

export const lastChunk = '0\r\n\r\n';
export const eventStream = 'content-type: text/event-stream';
export const asChunks = 'transfer-encoding: chunked';
