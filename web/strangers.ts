const listeners = new Set<() => void>();

/** Calls `listen` when an answer says that nobody is signed in. */
export function onStranger(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

export function noteStranger(): void {
  for (const listen of listeners) listen();
}
