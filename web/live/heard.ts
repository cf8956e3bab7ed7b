const listeners = new Set<() => void>();

/** Calls `listen` at every sign of life of the live stream, pings included: tRPC keeps those to itself. */
export function onHeard(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

function heard(): void {
  for (const listen of listeners) listen();
}

/** An EventSource that says when anything comes. */
export class HeardEventSource extends EventSource {
  constructor(url: string | URL, init?: EventSourceInit) {
    super(url, init);
    for (const name of ['connected', 'ping', 'message']) this.addEventListener(name, heard);
  }
}
