import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { FakeClock } from './fakeClock.ts';
import type { Said } from './faultsSaid.ts';
import { asChunks, chunked, eventStream, headOf, lastChunk } from './rawUpstream.ts';

/** One call that a provider of the fault suite got. */
export interface FaultCall {
  provider: string;
  path: string;
  body: Record<string, unknown>;
  /** What it is to go on with, or null. */
  begun: string | null;
  /** `answered`: in full, by its framing; `closed`: its connection is gone. */
  state: 'open' | 'answered' | 'closed';
  /** A connection that the provider itself ended. */
  brokenByProvider: boolean;
}

/** What a provider moves beside its own wire. */
export interface Stage {
  clock: FakeClock;
  /** Takes the caller away. */
  leave: () => void;
}

/** What a provider does with one call, byte by byte. */
export type Play = (wire: Wire, call: FaultCall) => void | Promise<void>;

/** A provider: what it would say in whole to this call, and what it does instead. */
export interface FaultProvider {
  /** Whole answers that it may give to the call; empty: none. */
  says?: (call: FaultCall) => Said[];
  play: Play;
}

export interface StartedProviders {
  urls: string[];
  /** Calls over all providers, in the order in which they came. */
  calls: FaultCall[];
  /** Whole answers that were on offer. */
  offered: Said[];
}

/** Turns of the event loop after which what was written in this process has been read in it. */
const TURNS = 6;
/** Longer than any clock of a provider without a pause. */
const STALL_SECONDS_MAX = 30;

export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** One end of a call, written byte by byte. */
export class Wire {
  private readonly socket: Socket;
  private readonly call: FaultCall;
  private readonly stage: Stage;

  constructor(socket: Socket, call: FaultCall, stage: Stage) {
    this.socket = socket;
    this.call = call;
    this.stage = stage;
  }

  raw(bytes: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** The head of an answer in chunks. */
  open(...lines: string[]): void {
    this.raw(headOf([...(lines.length > 0 ? lines : [eventStream]), asChunks]));
  }

  chunks(...pieces: (string | Buffer)[]): void {
    this.raw(chunked(...pieces.filter((piece) => piece.length > 0)));
  }

  /** A whole answer with a length. */
  reply(status: number, body: string | Buffer, lines: string[] = ['content-type: application/json']): void {
    this.call.state = 'answered';
    const head = headOf([...lines, `content-length: ${Buffer.byteLength(body)}`], `HTTP/1.1 ${status} Status`);
    this.raw(Buffer.concat([Buffer.from(head), Buffer.from(body)]));
  }

  /** The end that the framing promised. */
  end(): void {
    this.call.state = 'answered';
    this.raw(lastChunk);
  }

  /** The connection is closed in order, wherever the answer is. */
  async close(): Promise<void> {
    await turns();
    this.call.brokenByProvider = true;
    this.socket.end();
  }

  async reset(): Promise<void> {
    await turns();
    this.call.brokenByProvider = true;
    this.socket.resetAndDestroy();
  }

  /** Nothing for so long, to the millisecond: a millisecond sooner nobody may have acted on it. */
  async silence(ms: number): Promise<void> {
    await turns();
    const before = this.call.state;
    this.stage.clock.advance(ms - 1);
    await turns();
    if (before === 'open' && this.call.state !== 'open') {
      throw new Error(`${this.call.provider} was let go before ${ms} ms of silence were over.`);
    }
    this.stage.clock.advance(1);
    await turns();
  }

  /** Nothing any more, until it is let go by whatever clock. */
  async stall(): Promise<void> {
    for (let second = 0; second < STALL_SECONDS_MAX && this.call.state === 'open'; second += 1) {
      await turns();
      this.stage.clock.advance(1_000);
      await turns();
    }
  }

  /** The caller has read what came so far, and goes away. */
  async callerLeaves(): Promise<void> {
    await turns();
    this.stage.leave();
    await turns();
  }
}

/** One provider on a real port for each of these, called `a`, `b`, `c` in the calls. Released with the test. */
export async function startProviders(providers: FaultProvider[], stage: Stage): Promise<StartedProviders> {
  const started: StartedProviders = { urls: [], calls: [], offered: [] };
  for (const [index, provider] of providers.entries()) {
    const name = String.fromCharCode(97 + index);
    started.urls.push(await listen((socket, head, body) => answer({ socket, head, body, name, provider })));
  }
  function answer(asked: { socket: Socket; head: string; body: string; name: string; provider: FaultProvider }): void {
    const call = callOf(asked);
    started.calls.push(call);
    started.offered.push(...(asked.provider.says?.(call) ?? []));
    asked.socket.once('close', () => {
      if (call.state === 'open') call.state = 'closed';
    });
    void asked.provider.play(new Wire(asked.socket, call, stage), call);
  }
  return started;
}

function callOf({ name, head, body }: { name: string; head: string; body: string }): FaultCall {
  const json = JSON.parse(body) as Record<string, unknown>;
  const last = (json.messages as { role: string; content: string }[]).at(-1);
  const begun = last?.role === 'assistant' ? last.content : null;
  const path = head.split(' ')[1] ?? '';
  return { provider: name, path, body: json, begun, state: 'open', brokenByProvider: false };
}

async function listen(answer: (socket: Socket, head: string, body: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    sockets.add(socket.setNoDelay(true));
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (part) => {
      bytes = Buffer.concat([bytes, part]);
      const headEnd = bytes.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = bytes.subarray(0, headEnd).toString('latin1');
      const end = headEnd + 4 + Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (bytes.length < end) return;
      const body = bytes.toString('utf8', headEnd + 4, end);
      bytes = bytes.subarray(end);
      answer(socket, head, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}
