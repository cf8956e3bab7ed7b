import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { mayWorkLater, type Tried } from '../core/alerts/retry.ts';
import type { AlertSettings } from '../core/alerts/types.ts';
import type { Clock } from '../core/clock.ts';
import { waitOf } from '../core/retryAfter.ts';
import { scrub } from '../core/scrub.ts';

/** A receiver has so long for the whole of its answer. */
const answerMs = 10_000;
const connectMs = 5_000;
/** Of what a receiver says in an error so much is kept. */
const saidCharacters = 200;
const headBytes = 16 * 1_024;
/** Of its body so much is read. */
const bodyBytes = 8 * 1_024;

export interface PostAsk {
  destination: AlertSettings;
  headers: Record<string, string>;
  body: string;
  /** Ends it early. */
  signal: AbortSignal;
}

/** Posts one message. Never rejects: what was wrong is a sentence without any address or key. */
export type Post = (ask: PostAsk) => Promise<Tried>;

interface PostOptions {
  clock: Clock;
  /** Resolves a name unless it leads to an address that is link-local or a cloud's metadata. */
  guarded: LookupFunction;
}

/** Posts over connections of its own, which no redirect is followed on. */
export function createPost({ clock, guarded }: PostOptions): { post: Post; close: () => Promise<void> } {
  const limits = { headersTimeout: answerMs, bodyTimeout: answerMs, maxHeaderSize: headBytes, keepAliveTimeout: 1_000 };
  const agents = {
    guarded: new Agent({ ...limits, connect: { timeout: connectMs, lookup: guarded } }),
    open: new Agent({ ...limits, connect: { timeout: connectMs } }),
  };
  const post: Post = async ({ destination, headers, body, signal }) => {
    const late = new AbortController();
    const timer = clock.after(answerMs, () => late.abort());
    try {
      const {
        statusCode,
        headers: answered,
        body: said,
      } = await request(destination.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'recloser', ...headers },
        body,
        dispatcher: destination.allowLinkLocal ? agents.open : agents.guarded,
        signal: AbortSignal.any([signal, late.signal]),
      });
      const text = await beginningOf(said);
      const retryAfter = answered['retry-after'];
      const retryAfterMs = waitOf(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, clock.wall());
      return judged(statusCode, { text, retryAfterMs, destination });
    } catch (error) {
      const sentence = late.signal.aborted ? `no answer within ${answerMs / 1_000} s` : sentenceOf(error);
      return { ok: false, answer: null, error: sentence, again: true, retryAfterMs: null };
    } finally {
      timer.cancel();
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([agents.guarded.destroy(), agents.open.destroy()]);
  };
  return { post, close };
}

interface Answered {
  text: string;
  retryAfterMs: number | null;
  destination: AlertSettings;
}

function judged(status: number, { text, retryAfterMs, destination }: Answered): Tried {
  if (status >= 200 && status < 300) return { ok: true, answer: status, error: null, again: false, retryAfterMs: null };
  const again = mayWorkLater(status);
  const isRedirect = status >= 300 && status < 400;
  const said = scrub(text.replaceAll(/\s+/g, ' ').trim(), secretsOf(destination)).slice(0, saidCharacters);
  const more = isRedirect ? ', which is not followed: give the address it leads to' : said === '' ? '' : `: ${said}`;
  const error = isRedirect ? `it answered ${status}, a redirect${more}` : `it answered ${status}${more}`;
  return { ok: false, answer: status, error, again, retryAfterMs };
}

/** What of a destination may not be told, in each way it may be echoed. */
function secretsOf({ url, secret, previousSecret, routingKey }: AlertSettings): string[] {
  const { pathname, search } = new URL(url);
  const parts = [url, pathname + search, ...pathname.split('/').filter((part) => part.length > 6), search.slice(1)];
  const keys = [secret, previousSecret, secret?.slice(6), previousSecret?.slice(6), routingKey];
  return [...parts, ...keys].filter((part) => part !== null && part !== undefined);
}

/** The beginning of an answer; the rest is let go with its connection. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bodyBytes).toString('utf8');
}

const sentences: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of its host cannot be looked up now',
  ERR_LINK_LOCAL_ADDRESS: 'the name leads to a link-local or metadata address (allowLinkLocal)',
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${connectMs / 1_000} s`,
  UND_ERR_HEADERS_TIMEOUT: `no answer within ${answerMs / 1_000} s`,
  UND_ERR_BODY_TIMEOUT: `no answer within ${answerMs / 1_000} s`,
  UND_ERR_SOCKET: 'the connection was closed before an answer',
  UND_ERR_ABORTED: 'given up, since the program stopped',
  ABORT_ERR: 'given up, since the program stopped',
};

/** By its code alone: what an error says may hold the address. */
function sentenceOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = error instanceof Error && error.name === 'AbortError' ? 'ABORT_ERR' : code;
  return sentences[name] ?? `it could not be reached${/^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : ''}`;
}
