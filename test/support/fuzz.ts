import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { checkAnswer, readAnswers } from './fuzzAnswers.ts';
import { corpusOf, type Draw, drawFrom, measured, mutated, pick } from './fuzzBytes.ts';
import { type RunningGateway, startGateway, until } from './gateway.ts';
import { type RawUpstream, startRawUpstream } from './rawUpstream.ts';
import { startUpstream, streams } from './upstream.ts';

/** Cases that are out at once. */
const AT_ONCE = 100;
/** Between two looks at the heap. */
const BATCH = 500;
/** A request cut short waits for its rest; the harness does not. */
const UNANSWERED_MS = 1_000;
/** After one answer another may follow, where bytes held two requests. */
const ANOTHER_MS = 10;
/** No case may take so long, on however busy a machine. */
const HANG_MS = 60_000;
/** What the heap may grow by after its first batches. */
const GROWTH_BYTES = 40 * 1_024 * 1_024;

const neverOpens = { failures: 1_000_000, timeouts: 1_000_000, rate: 1, calls: 1_000_000, openMs: 1, openMaxMs: 1 };

export interface FuzzRun {
  cases: number;
  seed: number;
}

/** What was seen, so that a run which tests nothing shows. */
export type FuzzSeen = Record<string, number>;

/** Malformed requests of callers, each on a connection of its own. */
export async function fuzzRequests(run: FuzzRun): Promise<FuzzSeen> {
  const stage = await startStage();
  stage.raw.script = (socket) => void socket.write(good);
  const corpus = corpusOf('requests');
  return await runBatches(run, stage, (draw) => {
    const odd = mutated(corpus, draw);
    const bytes = draw(2) === 0 ? odd : measured(odd);
    return () => exchange(stage.url, bytes, { mustAnswer: false });
  });
}

/** Malformed answers of a provider, to good requests. */
export async function fuzzResponses(run: FuzzRun): Promise<FuzzSeen> {
  const stage = await startStage();
  const corpus = corpusOf('responses');
  const scripts = new Map<string, { pieces: Buffer[]; ending: 'end' | 'reset' | 'keep' }>();
  stage.raw.script = async (socket, { body }) => {
    const script = scripts.get(/case-(\d+)/.exec(body)?.[0] ?? '');
    if (!script) return void socket.destroy();
    for (const piece of script.pieces) {
      await new Promise<void>((resolve) => socket.write(piece, () => setImmediate(resolve)));
    }
    if (script.ending === 'end') socket.end();
    else if (script.ending === 'reset') socket.resetAndDestroy();
  };
  let cases = 0;
  return await runBatches(run, stage, (draw) => {
    cases += 1;
    const name = `case-${cases}`;
    scripts.set(name, {
      pieces: cutUp(mutated(corpus, draw), draw),
      ending: pick(['end', 'end', 'reset', 'keep'], draw),
    });
    const request = requestOf(name, draw(2) === 0);
    return () => exchange(stage.url, request, { mustAnswer: true }).finally(() => scripts.delete(name));
  });
}

interface Stage extends RunningGateway {
  raw: RawUpstream;
}

async function startStage(): Promise<Stage> {
  const raw = await startRawUpstream((socket) => void socket.destroy());
  const b = await startUpstream(streams('from b'));
  const timeouts = { firstTokenMs: 300, idleMs: 300 };
  const gateway = await startGateway({
    providers: {
      a: { url: raw.url, breaker: neverOpens, timeouts, prefill: { message: {}, body: {}, baseUrl: null } },
      b: { url: b.url, breaker: neverOpens, prefill: { message: {}, body: {}, baseUrl: null } },
    },
    chain: { rescue: ['prefill', 'splice'] },
  });
  const forget = (): void => {
    raw.requests.length = 0;
    b.calls.length = 0;
    gateway.records.length = 0;
  };
  return {
    ...gateway,
    raw,
    recorded: () => Promise.reject(new Error('records are forgotten')),
    ask: async (body) => {
      forget();
      return await gateway.ask(body);
    },
  };
}

/** Batch after batch: nothing is left in flight, nothing is a defect, a good request is answered, and the heap stays. */
async function runBatches(run: FuzzRun, stage: Stage, next: (draw: Draw) => () => Promise<string>): Promise<FuzzSeen> {
  const draw = drawFrom(run.seed);
  const seen: FuzzSeen = {};
  let settledHeap = Number.POSITIVE_INFINITY;
  for (let done = 0, batch = 0; done < run.cases; done += BATCH, batch += 1) {
    await side(Math.min(BATCH, run.cases - done), async () => {
      const what = await next(draw)();
      seen[what] = (seen[what] ?? 0) + 1;
    });
    await until(() => stage.permits.acquired === stage.permits.settled);
    expect(stage.errors).toEqual([]);
    for (const provider of ['a', 'b'])
      stage.board.act({ type: 'reset', provider, to: 'closed', by: 'fuzz', reason: 'next' });
    expect((await stage.ask()).status).toBe(200);
    const heap = heapBytes();
    if (batch === 2) settledHeap = heap;
    expect(heap - settledHeap).toBeLessThan(GROWTH_BYTES);
  }
  return seen;
}

async function side(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    for (; left > 0; ) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Sends the bytes, reads what comes, and checks it. Resolves with the statuses; rejects with what was wrong, and the bytes. */
function exchange(url: string, bytes: Buffer, { mustAnswer }: { mustAnswer: boolean }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = Buffer.alloc(0);
    const finish = (ended: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      try {
        const { answers, rest } = readAnswers(received, ended);
        for (const answer of answers) checkAnswer(answer);
        if (mustAnswer && (answers.length === 0 || rest > 0)) throw new Error(`no whole answer: ${rest} bytes of one`);
        resolve(answers.map(({ status }) => status).join(' ') || 'none');
      } catch (error) {
        reject(new Error(`${String(error)} after ${JSON.stringify(bytes.toString('latin1'))}`));
      }
    };
    let timer = setTimeout(() => finish(false), mustAnswer ? HANG_MS : UNANSWERED_MS);
    socket.on('error', () => {});
    socket.on('close', () => finish(true));
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      if (!isWhole(received)) return;
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), mustAnswer ? 0 : ANOTHER_MS);
    });
    socket.write(bytes);
  });
}

function isWhole(received: Buffer): boolean {
  try {
    return readAnswers(received, false).answers.length > 0;
  } catch {
    return true;
  }
}

function requestOf(name: string, stream: boolean): Buffer {
  const body = JSON.stringify({ model: 'lucy', stream, messages: [{ role: 'user', content: name }] });
  const head = 'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';
  return Buffer.from(`${head}content-length: ${body.length}\r\n\r\n${body}`);
}

function cutUp(bytes: Buffer, draw: Draw): Buffer[] {
  const pieces: Buffer[] = [];
  const most = draw(3) === 0 ? 1 + draw(200) : bytes.length + 1;
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + draw(most);
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces.length > 100 ? [bytes] : pieces;
}

const good = (() => {
  const events =
    'data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
  return `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${events.length}\r\n\r\n${events}`;
})();

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
