import { liveStore } from '../live/page.ts';
import { day, showAge, showCountdown, showMoney, timeOfDay, unbroken, zoneName } from '../time.ts';
import { useZone } from '../zone.tsx';
import { useServerNow } from './useServerNow.ts';

/** Nano-dollars as text; null: `–`, for an unknown price is not 0. */
export function Money({ nanoUsd, estimated = false }: { nanoUsd: number | null; estimated?: boolean }) {
  const text = showMoney(nanoUsd);
  return estimated && nanoUsd !== null ? <span title="estimated">≈ {text}</span> : text;
}

/** How long ago a moment (ms since 1970) was, on the server's clock: `5 m 33 s`. Stands still while stale. */
export function Age({ since }: { since: number }) {
  return <>{unbroken(showAge(useServerNow() - since))}</>;
}

/** What is left until a moment (ms since 1970), on the server's clock: `4:27`. Not read out at each tick. */
export function Countdown({ until }: { until: number }) {
  const left = until - useServerNow();
  return (
    <span role="timer" aria-live="off" className="tabular">
      {showCountdown(left)}
    </span>
  );
}

/** A range as text, `17 m 27 s – 17 m 53 s`: where there is no room for all of it, it breaks before its second bound. */
export function RangeText({ text }: { text: string }) {
  const [low, high] = text.split(/ (?=– |to )/);
  return (
    <>
      <span className="whole-word">{low}</span>
      {high !== undefined && (
        <>
          {' '}
          <span className="whole-word">{high}</span>
        </>
      )}
    </>
  );
}

interface TimeTextProps {
  at: number;
  millis?: boolean;
  /** Without the zone: a heading names it. */
  bare?: boolean;
  /** A moment that stands before it: its day is not said twice. */
  after?: number;
}

/** The name of the chosen zone, for the heading of bare times: `UTC`, `GMT+2`. `at`: one of these times; absent: now. */
export function ZoneWord({ at }: { at?: number | undefined }) {
  return zoneName(useZone(), at ?? liveStore.serverNow());
}

/** A moment in the chosen zone, the zone beside it; the day when it is not today's. */
export function TimeText({ at, millis = false, bare = false, after }: TimeTextProps) {
  const zone = useZone();
  // Read without listening: hundreds of rows would be drawn again at each event.
  const known = day(after ?? liveStore.serverNow(), zone);
  const date = day(at, zone);
  const name = zoneName(zone, at);
  const time = timeOfDay(at, zone, millis);
  return (
    <time dateTime={new Date(at).toISOString()} title={`${date} ${timeOfDay(at, zone, true)} ${name}`}>
      {date !== known && (
        <>
          <span className="day">{date}</span>{' '}
        </>
      )}
      {time}
      {bare ? '' : ` ${name}`}
    </time>
  );
}
