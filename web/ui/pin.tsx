import { liveStore } from '../live/page.ts';

interface Props {
  /** Where the time that is shown ends, ms since 1970; undefined: now. */
  to: number | undefined;
  onPin: (to: number | undefined) => void;
}

/** Ends the time that a page shows, or lets it go on with the clock. */
export function Pin({ to, onPin }: Props) {
  const isPinned = to !== undefined;
  return (
    <button
      type="button"
      className={`chip ${isPinned ? 'chip-on' : ''}`}
      aria-pressed={isPinned}
      onClick={() => onPin(isPinned ? undefined : Math.ceil(liveStore.serverNow()))}
      title="Ends the time here, so that a link shows the same tomorrow"
    >
      Pin
    </button>
  );
}

/** The search of an address with another end of its time; undefined: none. */
export function endingAt<Search extends { to?: number }>({ to: _to, ...before }: Search, to: number | undefined) {
  return to === undefined ? before : { ...before, to };
}
