import { useSyncExternalStore } from 'react';
import { liveStore } from './page.ts';
import type { LiveView } from './store.ts';

/** What the program is at, as it happens. Every component reads the same view; it changes at most a few times a second. */
export function useLive(): LiveView {
  return useSyncExternalStore(liveStore.subscribe, liveStore.view);
}
