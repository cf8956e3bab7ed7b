import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useLive } from '../live/useLive.ts';
import { day, timeOfDay, zoneName } from '../time.ts';
import { useZone } from '../zone.tsx';
import { kindWords, outcomeWords, type RequestSearch, type Span, spans } from './filter.ts';

type Change = (change: { [Key in keyof RequestSearch]: RequestSearch[Key] | undefined }) => void;

/** The filters, each in the address. */
export function Filters({ search, chains }: { search: RequestSearch; chains: string[] }) {
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
      <Choice label="Chain" value={search.chain} options={named(chains)} choose={(chain) => change({ chain })} />
      <Choice
        label="Outcome"
        value={search.outcome}
        options={Object.entries(outcomeWords)}
        choose={(outcome) => change({ outcome: outcome as RequestSearch['outcome'] })}
      />
      <Choice
        label="Provider"
        value={search.provider}
        options={named(circuits.map(({ provider }) => provider))}
        choose={(provider) => change({ provider })}
      />
      <Choice
        label="Failed or skipped"
        value={search.kind}
        options={Object.entries(kindWords)}
        choose={(kind) => change({ kind })}
      />
      <Toggle label="By a fallback" on={search.fallback === true} set={(on) => change({ fallback: on || undefined })} />
      <Toggle label="Rescued" on={search.rescued === true} set={(on) => change({ rescued: on || undefined })} />
      <Toggle label="Felt by the caller" on={search.felt === true} set={(on) => change({ felt: on || undefined })} />
      <Range search={search} change={change} />
    </search>
  );
}

/** An address bears only what is set. */
function withoutNothing(search: Parameters<Change>[0]): RequestSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

function named(names: string[]): [string, string][] {
  return names.map((name) => [name, name]);
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: [value: string, words: string][];
  choose: (value: string | undefined) => void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
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
          </option>
        ))}
      </select>
    </label>
  );
}

function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <button type="button" className={`chip ${on ? 'chip-on' : ''}`} aria-pressed={on} onClick={() => set(!on)}>
      {label}
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
