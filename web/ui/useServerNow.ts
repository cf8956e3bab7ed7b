import { useEffect, useState } from 'react';
import { liveStore } from '../live/page.ts';
import { useLive } from '../live/useLive.ts';

/** The server's clock, once a second, on the second; it stands still while the page is stale or paused. */
export function useServerNow(): number {
  const { serverNow } = useLive();
  useTick(serverNow);
  return serverNow();
}

/** The server's clock as it goes on even while the page is stale: for how old what is shown is. */
export function useWallNow(): number {
  useTick(wallNow);
  return wallNow();
}

function wallNow(): number {
  return liveStore.serverNow();
}

/** Renders again at each full second of `now`. */
function useTick(now: () => number): void {
  const [, tick] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const plan = () => {
      const intoSecond = ((now() % 1_000) + 1_000) % 1_000;
      timer = setTimeout(() => {
        tick((count) => count + 1);
        plan();
      }, 1_000 - intoSecond);
    };
    plan();
    return () => clearTimeout(timer);
  }, [now]);
}
