import { useLive } from '../live/useLive.ts';
import { showAge } from '../time.ts';
import { useWallNow } from '../ui/useServerNow.ts';

/** What an operator has to know before believing the page. */
export function Banners() {
  const { status, via, staleSince, storage } = useLive();
  return (
    <>
      {status === 'stale' && staleSince !== null && <StaleBanner since={staleSince} />}
      {status === 'live' && via === 'polling' && (
        <p className="banner banner-half">
          ▲ The live stream cannot be had; the circuits are asked for every 3 s instead. Trying the stream again.
        </p>
      )}
      {storage?.state === 'degraded' && (
        <p className="banner banner-open">
          ■ The record is not being written: {storage.problem ?? 'no reason was given'}. Callers are answered meanwhile.
        </p>
      )}
    </>
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
