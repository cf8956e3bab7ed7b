import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import type { Interrupt } from './interrupt.ts';
import type { HeldAnswer } from './limits.ts';
import { whenOver } from './whenOver.ts';

/** A caller is looked at so often, and let go if it took nothing since: what it holds up is memory and a provider's connection. */
const STALL_MS = 60_000;
/** What was given out must have been taken so long after its last byte, however steadily. */
const FLUSH_MS = 300_000;
/** A caller that is refused while it still sends has so long to read the refusal before the connection is closed. */
const REFUSAL_MS = 2_000;

const LAST_CHUNK = '0\r\n\r\n';

/** The caller's end of a request: writes to it, and notices when it leaves. */
export class Caller {
  /** What is in memory of its answer, until its connection has taken all of it or is gone. */
  readonly held: HeldAnswer;
  private readonly response: ServerResponse;
  private readonly clock: Clock;
  private stall: Timer | null = null;
  private ended = false;
  private over = false;
  private onOver: () => void = () => {};
  /** The answer goes out in chunks of HTTP's, which are framed here: Node would write each in four pieces. */
  private framing = false;

  constructor(response: ServerResponse, options: { clock: Clock; interrupt: Interrupt; held: HeldAnswer }) {
    this.response = response;
    this.held = options.held;
    this.clock = options.clock;
    // A write to a socket that has just gone is no error of ours.
    response.on('error', () => {});
    whenOver(response, () => {
      this.over = true;
      this.stall?.cancel();
      this.held.free();
      if (!this.ended) options.interrupt.raise('callerLeft');
      this.onOver();
    });
    if (response.destroyed) options.interrupt.raise('callerLeft');
  }

  /** Calls `tell` when its connection has taken all of the answer or is gone; at once if it is so already. */
  whenOver(tell: () => void): void {
    if (this.over) tell();
    else this.onOver = tell;
  }

  /** The head of a stream, before its first `write`. */
  openStream(headers: Record<string, string>): void {
    if (this.gone) return;
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Proxies that buffer (nginx) would turn a stream into one late lump.
      'x-accel-buffering': 'no',
      ...headers,
    });
    this.framing = this.response.chunkedEncoding;
    this.response.chunkedEncoding = false;
  }

  /** Writes; false: the caller has enough for now, and `resume` is called when it has taken it. */
  write(text: string, resume: () => void): boolean {
    if (this.gone) return true;
    const { framed, encoding } = this.framed(text);
    if (this.response.write(framed, encoding)) return true;
    this.guard(STALL_MS);
    this.response.once('drain', () => {
      this.stall?.cancel();
      resume();
    });
    return false;
  }

  end(text: string): void {
    if (this.gone) return;
    this.ended = true;
    const { framed, encoding } = this.framed(text);
    this.response.end(this.framing ? `${framed}${LAST_CHUNK}` : framed, encoding);
    // Most answers fit in what the socket takes at once.
    if (!this.response.writableFinished) this.guard(FLUSH_MS);
  }

  /** An error at once. */
  send(reply: { status: number; headers: Record<string, string>; body: unknown }): void {
    this.give({ ...reply, text: JSON.stringify(reply.body) });
  }

  /** A whole answer or error at once: its JSON. */
  give(reply: { status: number; headers: Record<string, string>; text: string }): void {
    if (this.gone) return;
    if (this.response.headersSent) {
      // Half an answer must not look like a whole one.
      this.response.destroy();
      return;
    }
    const { text } = reply;
    this.response.writeHead(reply.status, headOf(text, reply.headers));
    // Put together it was pieces; whole it waits for its caller.
    this.held.set(text.length);
    this.end(text);
  }

  /**
   * Refuses a request whose body may not have been read. Closing at once would reset the connection under a caller that
   * still sends, and it would never see why: so the refusal is given in full, and what comes meanwhile is dropped.
   */
  refuse(reply: { status: number; headers: Record<string, string>; body: unknown }): void {
    const request = this.response.req;
    if (request.complete || this.gone || this.response.headersSent) {
      this.send(reply);
      return;
    }
    const text = JSON.stringify(reply.body);
    this.response.writeHead(reply.status, headOf(text, { ...reply.headers, connection: 'close' }));
    this.response.write(text);
    const close = () => {
      timer.cancel();
      this.end('');
    };
    const timer = this.clock.after(REFUSAL_MS, close);
    request.once('end', close).once('close', close).resume();
  }

  /** Text without a character beyond ASCII is the same bytes in both encodings, and goes out faster in the first. */
  private framed(text: string): { framed: string; encoding: 'latin1' | 'utf8' } {
    const bytes = Buffer.byteLength(text);
    const framed = this.framing && bytes > 0 ? `${bytes.toString(16)}\r\n${text}\r\n` : text;
    return { framed, encoding: bytes === text.length ? 'latin1' : 'utf8' };
  }

  private get gone(): boolean {
    return this.ended || this.over || this.response.destroyed;
  }

  /** Lets the caller go who takes nothing for `eachMs`, or not all by `endNow`. An answer whose turn has not come yet is nobody's to take. */
  private guard(eachMs: number, endNow = this.clock.now() + FLUSH_MS): void {
    this.stall?.cancel();
    const { socket } = this.response;
    if (!socket) {
      this.response.once('socket', () => this.guard(eachMs));
      return;
    }
    const left = leftToTake(socket);
    this.stall = this.clock.after(Math.min(eachMs, endNow - this.clock.now()), () => {
      if (leftToTake(socket) !== left && this.clock.now() < endNow) this.guard(eachMs, endNow);
      else this.response.destroy();
    });
  }
}

/** Bytes that a socket has not given to the system yet. Its own count sees whole writes only, its handle each piece of one. */
function leftToTake(socket: Socket & { _handle?: { writeQueueSize: number } | null }): number {
  return socket.writableLength + (socket._handle?.writeQueueSize ?? 0);
}

/** Names and values in turn: an object put together from two costs as much as all else of a short answer. */
function headOf(text: string, headers: Record<string, string>): string[] {
  const head = ['content-type', 'application/json; charset=utf-8', 'content-length', String(Buffer.byteLength(text))];
  for (const name in headers) head.push(name, headers[name] ?? '');
  return head;
}
