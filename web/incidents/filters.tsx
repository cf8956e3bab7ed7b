import { useNavigate } from '@tanstack/react-router';
import { useLive } from '../live/useLive.ts';
import { Choice, FilterBar, named, withoutNothing } from '../ui/filterParts.tsx';
import { type IncidentsSearch, stateFilters } from './filter.ts';

/** The filters, each in the address. Another one leaves the row. */
export function IncidentFilters({ search }: { search: IncidentsSearch }) {
  const navigate = useNavigate();
  const { circuits } = useLive();
  const { state, provider } = search;
  const change = (part: { [Key in keyof IncidentsSearch]: IncidentsSearch[Key] | undefined }) =>
    void navigate({ to: '.', search: withoutNothing<IncidentsSearch>({ state, provider, ...part }), replace: true });
  const set = [state, provider].filter((value) => value !== undefined).length;
  return (
    <FilterBar label="Filter incidents" set={set}>
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
    </FilterBar>
  );
}
