import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** One HTTP call by a bare socket: every byte as it came, and how the connection ended. */
export interface RawCall {
  /** Status, or null while there is none. */
  readonly status: number | null;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** The body so far, out of its chunks, still encoded. */
  readonly body: Buffer;
  readonly text: string;
  /** The body came to the end that its framing promised. */
  readonly whole: boolean;
  /** Pieces that the socket gave. */
  readonly pieces: number;
  /** `end`: closed in order; `reset`: by a reset; `refused`: there never was a connection. */
  readonly closed: Promise<'end' | 'reset' | 'refused'>;
  until(test: (call: RawCall) => boolean): Promise<void>;
  leave(): void;
}

export interface RawOptions {
  url: string;
  body: unknown;
  headers?: Record<string, string>;
  method?: string;
}

export function rawCall({ url, body, headers = {}, method = 'POST' }: RawOptions): RawCall {
  const { hostname, port, pathname } = new URL(url);
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  const waiters = new Set<() => void>();
  const closed = new Promise<'end' | 'reset' | 'refused'>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    );
    socket.once('close', () => resolve('end'));
  });
  socket.on('data', (piece) => {
    received.push(piece);
    for (const wake of waiters) wake();
  });
  const chunked = 'transfer-encoding' in headers;
  const lines = Object.entries({
    host: `${hostname}:${port}`,
    ...(!chunked && { 'content-length': bytes.length }),
    connection: 'close',
    ...headers,
  });
  socket.write(
    `${method} ${pathname} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  socket.write(bytes);
  onTestFinished(() => void socket.destroy());

  const call: RawCall = {
    get status() {
      return read(received).status;
    },
    get headers() {
      return read(received).headers;
    },
    get body() {
      return read(received).body;
    },
    get text() {
      return read(received).body.toString('utf8');
    },
    get whole() {
      return read(received).whole;
    },
    get pieces() {
      return received.length;
    },
    closed,
    until: (test) =>
      new Promise((resolve) => {
        const wake = () => {
          if (!test(call)) return;
          waiters.delete(wake);
          resolve();
        };
        waiters.add(wake);
        wake();
      }),
    leave: () => void socket.destroy(),
  };
  return call;
}

/** The JSON of each `data:` line of a stream, `[DONE]` as it is. */
export function eventsOf(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data: '))
    .map((line) => (line === 'data: [DONE]' ? '[DONE]' : JSON.parse(line.slice('data: '.length))));
}

function read(received: Buffer[]): {
  status: number | null;
  headers: Record<string, string>;
  body: Buffer;
  whole: boolean;
} {
  const all = Buffer.concat(received);
  const headEnd = all.indexOf('\r\n\r\n');
  if (headEnd < 0) return { status: null, headers: {}, body: Buffer.alloc(0), whole: false };
  const [first = '', ...lines] = all.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = all.subarray(headEnd + 4);
  const status = Number(first.split(' ')[1]);
  if (headers['transfer-encoding'] !== 'chunked') {
    return { status, headers, body: rest, whole: rest.length === Number(headers['content-length']) };
  }
  return { status, headers, ...dechunk(rest) };
}

function dechunk(bytes: Buffer): { body: Buffer; whole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size)) return { body: Buffer.concat(parts), whole: false };
    if (size === 0) return { body: Buffer.concat(parts), whole: true };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
