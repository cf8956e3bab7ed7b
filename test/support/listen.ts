import { createParser } from 'eventsource-parser';
import type { LiveEvent } from '../../server/core/live.ts';
import { testToken } from './control.ts';

interface Heard {
  id: string;
  data: LiveEvent;
}

interface ListenOptions {
  lastEventId?: string;
  headers?: Record<string, string>;
}

/** Reads `live.events` over a real connection. */
export async function listen(control: { url: string }, { lastEventId, headers }: ListenOptions = {}) {
  const leaving = new AbortController();
  const response = await fetch(`${control.url}/trpc/live.events`, {
    headers: {
      ...(headers ?? { authorization: `Bearer ${testToken}` }),
      ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
    },
    signal: leaving.signal,
  });
  const { body } = response;
  if (!body) throw new Error('no stream');
  const heard: { id: string | undefined; data: string }[] = [];
  const parser = createParser({ onEvent: ({ id, data }) => void heard.push({ id, data }) });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  return {
    response,
    leave: () => leaving.abort(),
    /** The next event with an id; null: the stream ended. */
    async next(): Promise<Heard | null> {
      for (;;) {
        const event = heard.shift();
        if (event?.id) return { id: event.id, data: JSON.parse(event.data) };
        if (event) continue;
        const { done, value } = await reader.read();
        if (done) return null;
        parser.feed(value);
      }
    },
  };
}
