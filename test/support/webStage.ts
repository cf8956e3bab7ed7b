import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { nothing } from '../../server/core/savings/figures.ts';
import type { Figures } from '../../server/core/savings/types.ts';
import type { Scene } from './webSceneParts.ts';

/** A control listener that plays one scene to the built dashboard. */
export interface Stage {
  url: string;
  play(scene: Scene): void;
  /** The line is cut: whatever is asked gets no answer, until the next scene. */
  cut(): void;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** `webRoot`: the folder of the built dashboard. */
export async function openStage(webRoot: string, scene: Scene): Promise<Stage> {
  let playing = scene;
  let isCut = false;
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stage');
    if (isCut) {
      response.destroy();
    } else if (!url.pathname.startsWith('/trpc/')) {
      void sendFile(response, join(webRoot, normalize(url.pathname)), join(webRoot, 'index.html'));
    } else if (url.pathname === '/trpc/live.events') {
      streams.add(response);
      response.on('close', () => streams.delete(response));
      stream(response, playing);
    } else {
      answer({ url, request, response }, playing);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    play(next) {
      playing = next;
      isCut = false;
    },
    cut() {
      isCut = true;
      for (const open of streams) open.destroy();
    },
    async close() {
      for (const open of streams) open.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function sendFile(response: ServerResponse, file: string, otherwise: string): Promise<void> {
  const known = types[extname(file)];
  const body = await readFile(known ? file : otherwise).catch(() => null);
  response.writeHead(body ? 200 : 404, { 'content-type': known ?? 'text/html; charset=utf-8' }).end(body);
}

/** As tRPC streams: a first word, then tracked events. */
function stream(response: ServerResponse, { circuits, overview, storage }: Scene): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const snapshot = { type: 'snapshot', now: overview.now, seq: 43, circuits, events: [], requests: [], storage };
  response.write('event: connected\ndata: {}\n\n');
  response.write(`id: scene.1\ndata: ${JSON.stringify(snapshot)}\n\n`);
  response.write(`id: scene.2\ndata: ${JSON.stringify({ type: 'traffic', overview, circuits })}\n\n`);
}

interface Exchange {
  url: URL;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Queries come in batches: names by commas, inputs by place. */
function answer({ url, response }: Exchange, scene: Scene): void {
  const names = url.pathname.slice('/trpc/'.length).split(',');
  const inputs: Record<string, { ids?: string[] }> = JSON.parse(url.searchParams.get('input') ?? '{}');
  const results = names.map((name, place) => resultOf(name, inputs[place] ?? {}, scene));
  const missing = results.some((data) => data === undefined);
  response.writeHead(missing ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(results.map((data) => (data === undefined ? notFound : { result: { data } }))));
}

const notFound = {
  error: { message: 'There is no such thing on this stage.', code: -32004, data: { code: 'NOT_FOUND' } },
};

function resultOf(name: string, input: { ids?: string[] }, scene: Scene): unknown {
  const { overview, hour, circuits, events, preview } = scene;
  switch (name) {
    case 'overview.get':
      return overview;
    case 'overview.hour':
      return hour;
    case 'circuits.list':
      return { now: overview.now, seq: 43, circuits };
    case 'circuits.preview':
      return preview;
    case 'events.list':
      return { rows: events, next: null };
    case 'requests.evidence':
      return (input.ids ?? []).map((id) => ({ id, word: id === 'R5/0' ? '503' : 'firstToken' }));
    case 'about.get':
      return { ...aboutOf(overview.now, scene.role), ...scene.about };
    case 'savings.summary':
      return { total: savedWhile(overview.totals.open) };
    default:
      return undefined;
  }
}

/** What the live page shows of them. */
function savedWhile(open: number): Pick<Figures, 'skips' | 'attempts' | 'waitingMs' | 'leftOut'> {
  if (open === 0) return nothing();
  const attempts = { low: 12_980, high: 13_652, mark: 'estimated' as const };
  const waitingMs = { low: 129_800_000, high: 136_520_000, mark: 'estimated' as const };
  return { ...nothing(), skips: 13_652, attempts, waitingMs };
}

function aboutOf(now: number, role: Scene['role'] = 'admin') {
  return {
    version: '0.1.0',
    environment: 'production',
    node: 'a',
    startedAt: now - 86_400_000,
    timeZone: 'UTC',
    who: 'ops-day',
    role,
    gatewayUrl: 'http://127.0.0.1:4400',
    chains: ['lucy'],
    demo: false,
    empty: false,
    curl: 'curl http://127.0.0.1:4400/v1/models',
  };
}
