import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';

/** Something the palette (⌘K) can do. */
export interface Command {
  /** `Trip deepseek-v3…` */
  label: string;
  /** The keys that do the same, shown beside it. */
  keys?: string;
  run(): void;
}

let all: Command[][] = [];
let flat: Command[] = [];
const listeners = new Set<() => void>();

/** Offers commands for as long as the component is there. `of` makes them; it is called again when `basis` changes. */
export function useCommands(of: () => Command[], basis: readonly unknown[]): void {
  const latest = useRef(of);
  latest.current = of;
  const key = JSON.stringify(basis);
  // Before the page is painted: whoever sees it may ask for its commands.
  useLayoutEffect(() => {
    void key;
    const mine = latest.current();
    change([...all, mine]);
    return () => change(all.filter((commands) => commands !== mine));
  }, [key]);
}

/** Every command there is now. */
export function useAllCommands(): Command[] {
  return useSyncExternalStore(
    (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    () => flat,
  );
}

function change(next: Command[][]): void {
  all = next;
  flat = next.flat();
  for (const listen of listeners) listen();
}
