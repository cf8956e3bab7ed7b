import { useEffect, useState } from 'react';
import { useLive } from '../live/useLive.ts';

/** The server's clock, once a second, on the second; it stands still while the page is stale or paused. */
export function useServerNow(): number {
  const { serverNow } = useLive();
  const [, tick] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const plan = () => {
      timer = setTimeout(
        () => {
          tick((count) => count + 1);
          plan();
        },
        1_000 - (((serverNow() % 1_000) + 1_000) % 1_000),
      );
    };
    plan();
    return () => clearTimeout(timer);
  }, [serverNow]);
  return serverNow();
}
