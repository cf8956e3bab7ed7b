import type { ChainSettings, PrefillSettings } from '../../server/core/settings.ts';
import { type GatewayOptions, type ProviderChanges, type RunningGateway, startGateway } from './gateway.ts';
import { event, openStream, type Script, type ScriptedUpstream, startUpstream, stop, text, usage } from './upstream.ts';

/** Goes on from a last message of the assistant. */
export const trailing: PrefillSettings = { message: {}, body: {}, baseUrl: null };

/** Sends these events, and then cuts the connection. */
export function breaksAfter(...events: (Record<string, unknown> | string)[]): Script {
  return async (response) => {
    openStream(response);
    for (const one of events) response.write(event(one));
    await new Promise((resolve) => setImmediate(resolve));
    response.socket?.destroy();
  };
}

/** A whole stream of these events, `[DONE]` included. */
export function sends(...events: (Record<string, unknown> | string)[]): Script {
  return (response) => {
    openStream(response);
    response.end([...events, '[DONE]'].map((one) => event(one)).join(''));
  };
}

/** One model at several hosts: says `whole`, and goes on with a begun answer where it is given one. */
export function heeds(whole: string, options: { finish?: string } = {}): Script {
  return (response, call) => {
    const begun = begunOf(call.body);
    const rest = begun !== null && whole.startsWith(begun) ? whole.slice(begun.length) : whole;
    const pieces = rest.match(/.{1,7}/gsu) ?? [];
    return sends(...pieces.map(text), stop(options.finish), usage())(response, call);
  };
}

/** What the last message has of the assistant's answer, or null. */
export function begunOf(body: Record<string, unknown>): string | null {
  const last = (body.messages as { role: string; content: string }[]).at(-1);
  return last?.role === 'assistant' ? last.content : null;
}

/** A gateway before one provider for each script, in a chain: `a`, `b`, `c`. */
export async function startChain(
  scripts: Script[],
  options: Partial<Omit<GatewayOptions, 'providers' | 'chain'>> & {
    rescue?: ChainSettings['rescue'];
    /** For all of them. */
    provider?: ProviderChanges;
  } = {},
): Promise<RunningGateway & { upstreams: ScriptedUpstream[] }> {
  const { rescue = ['prefill'], provider = { prefill: trailing }, ...rest } = options;
  const upstreams = await Promise.all(scripts.map((script) => startUpstream(script)));
  const providers = Object.fromEntries(
    upstreams.map(({ url }, index) => [String.fromCharCode(97 + index), { url, ...provider }]),
  );
  const gateway = await startGateway({ providers, chain: { rescue }, ...rest });
  return { ...gateway, upstreams };
}

interface Chunk {
  id?: string;
  model?: string;
  error?: unknown;
  recloser?: { event: string };
  choices?: { delta?: { content?: string; reasoning_content?: string }; finish_reason?: string | null }[];
}

/** What a client makes of a stream: it drops what it has where it is told to. */
export function readStream(events: unknown[]) {
  const chunks = events.filter((one): one is Chunk => typeof one === 'object' && one !== null);
  let content = '';
  let reasoning = '';
  for (const { choices, recloser } of chunks) {
    if (recloser?.event === 'discard') content = reasoning = '';
    content += choices?.[0]?.delta?.content ?? '';
    reasoning += choices?.[0]?.delta?.reasoning_content ?? '';
  }
  const finishes = chunks.flatMap(({ choices }) => choices?.[0]?.finish_reason ?? []);
  return {
    content,
    reasoning,
    finishes,
    chunks,
    ids: new Set(chunks.flatMap(({ id }) => id ?? [])),
    isWhole: events.at(-1) === '[DONE]' && finishes.length === 1 && !chunks.some(({ error }) => error !== undefined),
    error: chunks.at(-1)?.error as { code: string; message: string } | undefined,
  };
}
