import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useLive } from '../live/useLive.ts';
import { day, timeOfDay, zoneName } from '../time.ts';
import { wholeNumber } from '../words.ts';
import { useZone } from '../zone.tsx';
import { kindWords, outcomeWords, type RequestSearch, type Span, spans } from './filter.ts';
import type { Counts } from './useCounts.ts';

type Change = (change: { [Key in keyof RequestSearch]: RequestSearch[Key] | undefined }) => void;

interface FiltersProps {
  search: RequestSearch;
  chains: string[];
  /** Undefined until they are known; the filters work without. */
  counts: Counts | undefined;
}

/** The filters, each in the address, and how many requests each choice would leave. */
export function Filters({ search, chains, counts }: FiltersProps) {
  const navigate = useNavigate();
  const { circuits } = useLive();
  const change: Change = (part) =>
    void navigate({ to: '.', search: withoutNothing({ ...search, ...part }), replace: true });
  const [open, setOpen] = useState(false);
  const set = Object.keys(search).filter((key) => key !== 'tz').length;
  return (
    <search className={`filters ${open ? 'is-open' : ''}`} aria-label="Filter requests">
      <button type="button" className="chip filters-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters {set > 0 && <b>{set}</b>}
      </button>
      <Choice
        label="Chain"
        value={search.chain}
        options={named([...chains, ...seen(counts?.counts.chain)])}
        counts={counts?.counts.chain}
        choose={(chain) => change({ chain })}
      />
      <Choice
        label="Outcome"
        value={search.outcome}
        options={Object.entries(outcomeWords)}
        counts={counts?.counts.outcome}
        choose={(outcome) => change({ outcome: outcome as RequestSearch['outcome'] })}
      />
      <Choice
        label="Provider"
        value={search.provider}
        options={named([...circuits.map(({ provider }) => provider), ...seen(counts?.counts.provider)])}
        counts={counts?.counts.provider}
        choose={(provider) => change({ provider })}
      />
      <Choice
        label="Failed or skipped"
        value={search.kind}
        options={kindsOf(counts)}
        counts={counts?.counts.failureKind}
        choose={(kind) => change({ kind })}
      />
      <Choice
        label="Client"
        value={search.client}
        options={named(seen(counts?.counts.client))}
        counts={counts?.counts.client}
        choose={(client) => change({ client })}
      />
      <Toggle
        label="By a fallback"
        on={search.fallback === true}
        count={counts?.counts.fallback}
        set={(on) => change({ fallback: on || undefined })}
      />
      <Toggle
        label="Rescued"
        on={search.rescued === true}
        count={counts?.counts.rescued}
        set={(on) => change({ rescued: on || undefined })}
      />
      <Toggle
        label="Felt by the caller"
        on={search.felt === true}
        count={counts?.counts.felt}
        set={(on) => change({ felt: on || undefined })}
      />
      <Range search={search} change={change} />
    </search>
  );
}

/** An address bears only what is set. */
function withoutNothing(search: Parameters<Change>[0]): RequestSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

function named(names: string[]): [string, string][] {
  return [...new Set(names)].map((name) => [name, name]);
}

function seen(counts: Readonly<Record<string, number>> | undefined): string[] {
  return Object.keys(counts ?? {}).sort();
}

/** Those that occurred, the most frequent first; before they are known, all. */
function kindsOf(counts: Counts | undefined): [string, string][] {
  if (!counts) return Object.entries(kindWords);
  const found = Object.entries(counts.counts.failureKind).sort(([, one], [, other]) => other - one);
  return found.map(([kind]) => [
    kind,
    Object.hasOwn(kindWords, kind) ? kindWords[kind as keyof typeof kindWords] : kind,
  ]);
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: [value: string, words: string][];
  counts?: Readonly<Record<string, number>> | undefined;
  choose: (value: string | undefined) => void;
}

function Choice({ label, value, options, counts, choose }: ChoiceProps) {
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

function Toggle({ label, on, count, set }: ToggleProps) {
  return (
    <button type="button" className={`chip ${on ? 'chip-on' : ''}`} aria-pressed={on} onClick={() => set(!on)}>
      {label} {count !== undefined && <b>{wholeNumber(count)}</b>}
    </button>
  );
}

/** A span up to now, or one between two moments, which a link keeps. */
function Range({ search, change }: { search: RequestSearch; change: Change }) {
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
