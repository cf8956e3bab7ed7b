import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Client, type Dispatcher, Pool } from 'undici';
import type { Clock } from '../core/clock.ts';

/**
 * A provider that closes a kept-alive connection does so as our request is on its way. One that breaks off later had
 * taken the request: that is a failure of its own.
 */
const CLOSED_UNDER_MS = 2_000;
const closedCodes: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);

type Connector = (options: object, done: (error: Error | null, socket: Socket | null) => void) => unknown;

/** One connection of a pool, and the socket it is on. */
class Line extends Client {
  socket: Socket | null = null;

  constructor(origin: URL, options: { connect: Connector }) {
    const connect: Connector = (target, done) =>
      options.connect(target, (error, socket) => {
        this.socket = socket;
        done(error, socket);
      });
    super(origin, { ...options, connect } as Client.Options);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { post } = options as PostOptions;
    if (post) post.line = this;
    return super.dispatch(options, handler);
  }
}

/** A pool whose posts know the connection they are on. */
export function openPool(origin: string, options: Pool.Options): Pool {
  return new Pool(origin, {
    ...options,
    factory: (url, given) => new Line(url, given as { connect: Connector }),
  });
}

interface PostOptions extends Dispatcher.DispatchOptions {
  post?: Post;
}

/** What is posted, and where. */
export interface Posted {
  path: string;
  body: string;
  headers: Record<string, string>;
}

export interface PostTools {
  pool: Pool;
  /** Connections that are used once. */
  fresh: () => Pool;
  clock: Clock;
}

/**
 * One request on its way. If the kept-alive connection it went out on is closed before a byte of the answer, it goes out
 * once more on a fresh one: nobody hears of it, for nothing was wrong with the provider.
 */
export class Post implements Dispatcher.DispatchHandler {
  line: Line | null = null;
  private readonly tools: PostTools;
  private readonly options: PostOptions;
  private readonly handler: Dispatcher.DispatchHandler;
  private again = false;
  private sentAt = 0;
  /** Bytes read on the connection before this request; 0: it is a fresh one. */
  private bytesBefore = 0;

  constructor(tools: PostTools, { path, body, headers }: Posted, handler: Dispatcher.DispatchHandler) {
    this.tools = tools;
    this.options = { path, method: 'POST', body, headers, post: this };
    this.handler = handler;
  }

  send(pool = this.tools.pool): void {
    pool.dispatch(this.options, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.sentAt = this.tools.clock.now();
    this.bytesBefore = this.line?.socket?.bytesRead ?? 0;
    this.handler.onRequestStart?.(controller, context);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.handler.onResponseStart?.(controller, status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.closedUnder(error)) {
      this.handler.onResponseError?.(controller, error);
      return;
    }
    this.again = true;
    this.send(this.tools.fresh());
  }

  private closedUnder(error: Error & { code?: string }): boolean {
    if (this.again || this.bytesBefore === 0 || !closedCodes.has(error.code ?? '')) return false;
    if (this.tools.clock.now() - this.sentAt > CLOSED_UNDER_MS) return false;
    return this.line?.socket?.bytesRead === this.bytesBefore;
  }
}
