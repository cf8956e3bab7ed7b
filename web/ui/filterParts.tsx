import { useLive } from '../live/useLive.ts';
import { day, timeOfDay, zoneName } from '../time.ts';
import { wholeNumber } from '../words.ts';
import { useZone } from '../zone.tsx';
import { type RangeSearch, type Span, spans } from './range.ts';

/** What the filters of lists are made of. */

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: [value: string, words: string][];
  counts?: Readonly<Record<string, number>> | undefined;
  choose: (value: string | undefined) => void;
}

/** One of many, or any; each with how many it would leave, where that is known. */
export function Choice({ label, value, options, counts, choose }: ChoiceProps) {
  const isKnown = value === undefined || options.some(([option]) => option === value);
  return (
    <label className={`chip ${value === undefined ? '' : 'chip-on'}`}>
      {label}
      <select value={value ?? ''} onChange={({ currentTarget }) => choose(currentTarget.value || undefined)}>
        <option value="">any</option>
        {!isKnown && <option value={value}>{value}</option>}
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
            {counts && ` · ${wholeNumber(counts[option] ?? 0)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ToggleProps {
  label: string;
  on: boolean;
  count: number | undefined;
  set: (on: boolean) => void;
}

export function Toggle({ label, on, count, set }: ToggleProps) {
  return (
    <button type="button" className={`chip ${on ? 'chip-on' : ''}`} aria-pressed={on} onClick={() => set(!on)}>
      {label} {count !== undefined && <b>{wholeNumber(count)}</b>}
    </button>
  );
}

interface RangeProps {
  search: RangeSearch;
  change: (change: { [Key in keyof RangeSearch]: RangeSearch[Key] | undefined }) => void;
}

/** A span up to now, or one between two moments, which a link keeps. */
export function Range({ search, change }: RangeProps) {
  const { serverNow } = useLive();
  const zone = useZone();
  const { last, from, to } = search;
  const isFixed = last === undefined && (from !== undefined || to !== undefined);
  const moment = (at: number) => `${day(at, zone)} ${timeOfDay(at, zone)}`;
  if (isFixed) {
    const shown = `${from === undefined ? 'the beginning' : moment(from)} to ${to === undefined ? 'now' : moment(to)}`;
    return (
      <button type="button" className="chip chip-on" onClick={() => change({ from: undefined, to: undefined })}>
        {shown} {zoneName(zone, to ?? from ?? 0)} <span aria-hidden="true">×</span>
        <span className="visually-hidden">: take this range off</span>
      </button>
    );
  }
  const pin = () => {
    const now = Math.ceil(serverNow());
    change({ last: undefined, from: last ? now - spans[last] : undefined, to: now });
  };
  return (
    <>
      <Choice
        label="Time"
        value={last}
        options={Object.keys(spans).map((span) => [span, `last ${span.replace(/(\d+)(\w)/, '$1 $2')}`])}
        choose={(span) => change({ last: span as Span | undefined, from: undefined, to: undefined })}
      />
      <button
        type="button"
        className="chip"
        onClick={pin}
        title="Ends the range here, so that a link shows the same tomorrow"
      >
        Pin
      </button>
    </>
  );
}

/** Names as options, each once. */
export function named(names: readonly string[]): [string, string][] {
  return [...new Set(names)].map((name) => [name, name]);
}

/** An address bears only what is set. */
export function withoutNothing<Search extends object>(search: { [Key in keyof Search]: Search[Key] | undefined }) {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Partial<Search>;
}
