import { connect, type Socket } from 'node:net';
import type { Counts } from './counts.ts';
import type { Order } from './load.ts';
import { Messages } from './messages.ts';

const keptCharacters = 300;
const eventEnd = Buffer.from('\n\n');
const lineEnd = 10;

/** One caller with a connection of its own, which asks, reads the answer to its end, and asks again. */
export class Caller {
  private readonly order: Order;
  private readonly counts: Counts;
  private readonly request: Buffer;
  private socket: Socket | null = null;
  private askedAt = 0;
  private firstAt = 0;
  private readAt = 0;
  private events = 0;
  private status = '';
  private tail = '';
  private lastByte = 0;
  private asking = false;
  private stopping: (() => void) | null = null;

  constructor(order: Order, counts: Counts) {
    this.order = order;
    this.counts = counts;
    this.request = requestOf(order);
  }

  start(): void {
    const { hostname, port } = new URL(this.order.origin);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const messages = new Messages({
      head: (head) => {
        this.status = head.slice(9, 12);
      },
      body: (bytes) => this.body(bytes),
      end: () => this.answered(),
    });
    socket.on('data', (bytes: Buffer) => messages.feed(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.closed());
    this.socket = socket;
    this.ask();
  }

  /** Resolves when the answer under way is over. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopping = () => {
        this.socket?.destroy();
        resolve();
      };
      if (!this.asking) this.stopping();
    });
  }

  /** Leaves at once, whatever is under way. */
  leave(): void {
    this.asking = false;
    this.socket?.destroy();
  }

  private ask(): void {
    this.askedAt = performance.now();
    this.firstAt = 0;
    this.events = 0;
    this.tail = '';
    this.asking = true;
    this.socket?.write(this.request);
  }

  private body(bytes: Buffer): void {
    const now = performance.now();
    const events = this.order.events === null ? 0 : this.countEvents(bytes);
    if (this.firstAt === 0) this.firstAt = now;
    this.counts.read(events, this.events > 0 ? now - this.readAt : null);
    this.readAt = now;
    this.events += events;
    const end = bytes.toString('latin1', Math.max(0, bytes.length - keptCharacters));
    this.tail = (this.tail + end).slice(-keptCharacters);
  }

  private answered(): void {
    const { events } = this.order;
    const isWhole = events === null || (this.events >= events && this.tail.includes('[DONE]'));
    if (this.status !== '200' || !isWhole)
      this.counts.bad(`status ${this.status}, ${this.events} events: ${this.tail}`);
    this.counts.answer(performance.now() - this.askedAt, this.firstAt - this.askedAt);
    this.asking = false;
    if (this.stopping) this.stopping();
    // Who answers everything wrong is not asked for ever.
    else if (this.counts.wrong <= this.order.atOnce) this.ask();
  }

  private closed(): void {
    if (!this.asking) return;
    this.counts.bad(`the connection was closed after ${this.events} events: ${this.tail}`);
    this.asking = false;
    this.stopping?.();
  }

  private countEvents(bytes: Buffer): number {
    // An event's two line ends may come apart.
    let count = this.lastByte === lineEnd && bytes[0] === lineEnd ? 1 : 0;
    for (let at = bytes.indexOf(eventEnd); at >= 0; at = bytes.indexOf(eventEnd, at + 2)) count += 1;
    this.lastByte = bytes.at(-1) ?? 0;
    return count;
  }
}

function requestOf({ origin, path, headers, body }: Order): Buffer {
  const lines = Object.entries({
    host: new URL(origin).host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
