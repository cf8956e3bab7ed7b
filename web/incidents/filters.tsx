import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useLive } from '../live/useLive.ts';
import { Choice, named, withoutNothing } from '../ui/filterParts.tsx';
import { type IncidentsSearch, stateFilters } from './filter.ts';

/** The filters, each in the address. Another one leaves the row. */
export function IncidentFilters({ search }: { search: IncidentsSearch }) {
  const navigate = useNavigate();
  const { circuits } = useLive();
  const [open, setOpen] = useState(false);
  const { state, provider } = search;
  const change = (part: { [Key in keyof IncidentsSearch]: IncidentsSearch[Key] | undefined }) =>
    void navigate({ to: '.', search: withoutNothing<IncidentsSearch>({ state, provider, ...part }), replace: true });
  const set = [state, provider].filter((value) => value !== undefined).length;
  return (
    <search className={`filters ${open ? 'is-open' : ''}`} aria-label="Filter incidents">
      <button type="button" className="chip filters-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters {set > 0 && <b>{set}</b>}
      </button>
      <Choice
        label="State"
        value={state}
        options={Object.entries(stateFilters)}
        choose={(chosen) => change({ state: chosen as IncidentsSearch['state'] })}
      />
      <Choice
        label="Provider"
        value={provider}
        options={named(circuits.map((circuit) => circuit.provider))}
        choose={(chosen) => change({ provider: chosen })}
      />
    </search>
  );
}
