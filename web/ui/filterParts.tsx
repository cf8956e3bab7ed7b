import { type ReactNode, useState } from 'react';
import { wholeNumber } from '../words.ts';

/** What the filters of lists are made of. */

interface FilterBarProps {
  /** What it filters, for screen readers. */
  label: string;
  /** How many filters are set; said where they are folded away, on a phone. */
  set: number;
  /** The counts in it are of the filters before, until those of these have come: they are not shown. */
  isOld?: boolean;
  children: ReactNode;
}

/** What the filters of a list stand in. */
export function FilterBar({ label, set, isOld = false, children }: FilterBarProps) {
  const [open, setOpen] = useState(false);
  return (
    <search className={`filters ${open ? 'is-open' : ''}`} aria-label={label} aria-busy={isOld}>
      <button type="button" className="chip filters-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters {set > 0 && <b>{set}</b>}
      </button>
      {children}
    </search>
  );
}

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
      {label} {count !== undefined && <b className="chip-count">{wholeNumber(count)}</b>}
    </button>
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
