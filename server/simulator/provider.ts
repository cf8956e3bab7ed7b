import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Random } from '../core/clock.ts';
import { type Fault, type FaultProblem, isProblem, parseFault, type SimpleFault } from '../core/fault.ts';
import type { CallLog, SeenCall } from './callLog.ts';
import { badRequest } from './errors.ts';
import { type FaultFlow, startFlow } from './flow.ts';
import { play } from './play.ts';
import { type ProviderOptions, replySteps } from './reply.ts';

export interface ProviderDeps {
  clock: Clock;
  random: Random;
  log: CallLog;
}

export const BODY_BYTES_MAX = 64 * 1024 * 1024;
export const OPEN_CALLS_MAX = 10_000;
const KEEP_ALIVE_MS = 60_000;

/** One OpenAI-compatible provider on a port of its own, that fails as it is told. */
export class SimulatedProvider {
  readonly options: ProviderOptions;
  /** The fault it has now, by name. */
  faultText = 'ok';
  port = 0;
  private readonly deps: ProviderDeps;
  private flow: FaultFlow;
  private refusing = false;
  private host = '127.0.0.1';
  private server: Server | null = null;
  private answers = 0;
  private openCalls = 0;
  private closing = false;
  /** Opening and closing the port, one after the other. */
  private doors: Promise<void> = Promise.resolve();

  constructor(options: ProviderOptions, deps: ProviderDeps) {
    this.options = options;
    this.deps = deps;
    this.flow = this.adopt(options.fault ?? 'ok');
  }

  /** Port 0: any free one. Rejects when the port cannot be had. */
  async listen(port: number, host: string): Promise<void> {
    this.port = port;
    this.host = host;
    await this.open();
    // The port is claimed first even by a provider that refuses from the start: its address has to be known.
    if (this.refusing) await this.shut();
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.doors.catch(() => {});
    await this.shut();
  }

  /** From the next call on. Resolves once the port is open, or closed for `refuse`. Throws on a fault it does not know. */
  async setFault(text: string): Promise<void> {
    this.flow = this.adopt(text);
    this.doors = this.doors.catch(() => {}).then(() => this.swingDoor());
    await this.doors;
  }

  private adopt(text: string): FaultFlow {
    const fault: Fault | { error: string } = parseFault(text);
    if (isProblem(fault)) throw new Error(fault.error);
    this.faultText = text;
    this.refusing = fault.kind === 'simple' && fault.word === 'refuse';
    return startFlow(fault, this.deps);
  }

  private async swingDoor(): Promise<void> {
    if (this.port === 0 || this.closing) return;
    if (this.refusing) await this.shut();
    else if (!this.server) await this.open();
  }

  private async open(): Promise<void> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
      void this.serve(request, response);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
    const address: AddressInfo | string | null = server.address();
    if (address && typeof address === 'object') this.port = address.port;
    this.server = server;
  }

  private async shut(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {});
    response.on('error', () => {});
    if (this.openCalls >= OPEN_CALLS_MAX)
      return refuseCall(response, 503, `More than ${OPEN_CALLS_MAX} calls are open.`);
    this.openCalls++;
    response.once('close', () => this.openCalls--);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (request.method === 'GET' && path.endsWith('/models')) return this.listModels(response);
    if (request.method !== 'POST' || !path.endsWith('/chat/completions')) {
      return refuseCall(response, 404, `Unknown request URL: ${request.method} ${path}.`);
    }
    const bytes = await readBody(request);
    if (bytes === 'gone') return;
    if (bytes === 'tooLarge') return refuseCall(response, 413, `The body is larger than ${BODY_BYTES_MAX} bytes.`);
    const fault = faultFor(request, this.flow);
    if ('error' in fault) return refuseCall(response, 400, fault.error);
    const call = this.note({ request, path, bytes, fault });
    const { clock, log, random } = this.deps;
    const id = `chatcmpl-${this.options.name}-${++this.answers}`;
    const draw = this.options.latency?.jitter ? random() : 0;
    const steps = replySteps({ options: this.options, fault, call, id, wall: clock.wall(), draw });
    const onTokens = (tokens: number) => {
      call.tokensSent += tokens;
      if (tokens > 0) log.changed();
    };
    const end = await play({ steps, response, clock, onTokens });
    call.end = end === 'callerLeft' && this.server === null ? 'broken' : end;
    call.endedAt = clock.now();
    log.changed();
  }

  private note({ request, path, bytes, fault }: Arrived): SeenCall {
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const call: SeenCall = {
      provider: this.options.name,
      at: this.deps.clock.now(),
      method: request.method ?? '',
      path,
      headers: Object.fromEntries(headers),
      body: parseJson(bytes),
      bodyBytes: bytes.length,
      fault: fault.text,
      tokensSent: 0,
      end: 'open',
      endedAt: null,
    };
    this.deps.log.add(call);
    return call;
  }

  private listModels(response: ServerResponse): void {
    const { model, name } = this.options;
    const body = { object: 'list', data: [{ id: model, object: 'model', created: 0, owned_by: name }] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

/** A call may bring its own fault, by name; it meets that one, whatever the provider was told. */
const FAULT_HEADER = 'x-simulator-fault';

function faultFor(request: IncomingMessage, flow: FaultFlow): SimpleFault | FaultProblem {
  const asked = request.headers[FAULT_HEADER];
  if (typeof asked !== 'string') return flow();
  const fault = parseFault(asked);
  if (isProblem(fault) || fault.kind === 'simple') return fault;
  return { error: `The fault "${asked.slice(0, 60)}" is a plan for many calls: name one fault in ${FAULT_HEADER}.` };
}

interface Arrived {
  request: IncomingMessage;
  path: string;
  bytes: Buffer;
  fault: SimpleFault;
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'gone' | 'tooLarge'> {
  if (Number(request.headers['content-length']) > BODY_BYTES_MAX) return 'tooLarge';
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    // Leaving the loop must not end the connection: the refusal has still to go out on it.
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      bytes += piece.length;
      if (bytes > BODY_BYTES_MAX) return 'tooLarge';
      pieces.push(piece);
    }
  } catch {
    return 'gone';
  }
  return Buffer.concat(pieces);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function refuseCall(response: ServerResponse, status: number, message: string): void {
  const { headers, body } = badRequest(status, message, null);
  response.writeHead(status, { ...headers, connection: 'close' }).end(body);
}
