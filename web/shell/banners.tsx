import { useLive } from '../live/useLive.ts';
import { showAge } from '../time.ts';
import { useWallNow } from '../ui/useServerNow.ts';

/** What an operator has to know before believing the page. */
export function Banners() {
  const { status, via, staleSince, storage } = useLive();
  const isPolled = status === 'live' && via === 'polling';
  const isUnwritten = storage?.state === 'degraded';
  if (status !== 'stale' && !isPolled && !isUnwritten) return null;
  return (
    <section aria-label="Warnings">
      {status === 'stale' && staleSince !== null && <StaleBanner since={staleSince} />}
      {isPolled && (
        <p className="banner banner-half">
          ▲ The live stream cannot be had; the circuits are asked for every 3 s instead. Trying the stream again.
        </p>
      )}
      {isUnwritten && (
        <p className="banner banner-open">
          ■ The record is not being written: {storage.problem ?? 'no reason was given'}. Callers are answered meanwhile.
        </p>
      )}
    </section>
  );
}

function StaleBanner({ since }: { since: number }) {
  const age = useWallNow() - since;
  return (
    <p className="banner banner-open">
      ■ No connection to Recloser. What you see is {showAge(Math.max(1_000, age))} old; countdowns stand still. Trying
      again.
    </p>
  );
}
