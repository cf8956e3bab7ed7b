import { Agent, type Dispatcher, request } from 'undici';
import { onTestFinished } from 'vitest';
import { realClock } from '../../server/world.ts';
import { type Program, token, until } from './program.ts';

/** What came of one call. */
export interface Answered {
  /** The program's name for it; '' where none came. */
  id: string;
  /** 0: no answer, or not all of one. */
  status: number;
  /** `x-recloser-trail`, or why there was no answer. */
  trail: string;
  /** When the last byte had come, by this process's `Clock.now()`. */
  at: number;
}

export interface Callers {
  readonly answers: readonly Answered[];
  /** Waits for so many more answers. */
  more(count: number): Promise<void>;
  /** Resolves when the calls that are under way now are over; others begin meanwhile. */
  settled(): Promise<void>;
  /** No new calls; resolves when those under way are over and their connections closed. */
  stop(): Promise<void>;
}

/** Pause of one caller between two calls: many are many callers, not one that asks without end. */
const pauseMs = 15;

/** Callers who ask one question after the other until they are stopped, streamed and plain in turn. */
export function startCallers(program: Pick<Program, 'gatewayUrl'>, count = 4, body: object = {}): Callers {
  const answers: Answered[] = [];
  const connections = new Agent();
  const underWay = new Set<Promise<Answered>>();
  let stopped = false;
  const one = async (caller: number): Promise<void> => {
    for (let turn = caller; !stopped; turn += 1) {
      const messages = [{ role: 'user', content: `question ${turn} of ${caller}` }];
      const asked = { model: 'lucy', stream: turn % 2 === 0, messages, ...body };
      const call = callOnce(program, asked, connections);
      underWay.add(call);
      answers.push(await call);
      underWay.delete(call);
      await new Promise<void>((resolve) => void realClock.after(pauseMs, resolve));
    }
  };
  const all = Promise.all(Array.from({ length: count }, (_, caller) => one(caller)));
  onTestFinished(() => {
    stopped = true;
    return connections.destroy();
  });
  return {
    answers,
    async stop() {
      stopped = true;
      await all;
      await connections.destroy();
    },
    async settled() {
      await Promise.all(underWay);
    },
    async more(wanted) {
      const from = answers.length;
      await until(() => answers.length >= from + wanted);
    },
  };
}

/** One call of the gateway, read to its end. Never rejects. */
export async function callOnce(
  program: Pick<Program, 'gatewayUrl'>,
  body: object,
  dispatcher: Dispatcher,
): Promise<Answered> {
  let id = '';
  try {
    const answer = await request(`${program.gatewayUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher,
    });
    id = String(answer.headers['x-recloser-request-id'] ?? '');
    const text = await answer.body.text();
    const isStream = String(answer.headers['content-type']).startsWith('text/event-stream');
    const isWhole = !isStream || text.endsWith('data: [DONE]\n\n');
    const trail = String(answer.headers['x-recloser-trail'] ?? '');
    return { id, status: isWhole ? answer.statusCode : 0, trail, at: realClock.now() };
  } catch (error) {
    return { id, status: 0, trail: String(error), at: realClock.now() };
  }
}

/** Ids of all requests that the record holds. */
export async function recordedIds({ control }: Pick<Program, 'control'>): Promise<Set<string>> {
  const ids = new Set<string>();
  let before: string | undefined;
  do {
    const { rows, next } = await control.requests.list.query({ limit: 500, before });
    for (const { id } of rows) ids.add(id);
    before = next ?? undefined;
  } while (before !== undefined);
  return ids;
}

interface Readiness {
  status: string;
  storage: { state: string; problem: string | null };
}

/** How the program says it is: the body of `/readyz`. */
export async function readiness({ gatewayUrl }: Pick<Program, 'gatewayUrl'>): Promise<Readiness> {
  return (await fetch(`${gatewayUrl}/readyz`)).json() as Promise<Readiness>;
}

/** One series of the program's metrics. */
export async function metric({ dashboard }: Pick<Program, 'dashboard'>, name: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${new URL(dashboard).origin}/metrics`, { headers })).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`There is no metric ${name}.`);
  return Number(line.slice(name.length + 1));
}
