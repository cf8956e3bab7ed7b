import { isText } from '../ui/range.ts';

/** What the Incidents page shows, as it stands in its address. */
export interface IncidentsSearch {
  state?: 'unresolved' | 'resolved';
  provider?: string;
  /** The number of the chosen one. */
  row?: number;
}

export const stateFilters: Readonly<Record<NonNullable<IncidentsSearch['state']>, string>> = {
  unresolved: 'not over',
  resolved: 'resolved',
};

/** Reads an address; what is not understood is left out. */
export function readIncidentsSearch({ state, provider, row }: Record<string, unknown>): IncidentsSearch {
  return {
    ...(state === 'unresolved' || state === 'resolved' ? { state } : {}),
    ...(isText(provider) ? { provider } : {}),
    ...(typeof row === 'number' && Number.isSafeInteger(row) && row > 0 ? { row } : {}),
  };
}

/** The filter as `incidents.list` takes it. */
export function incidentFilterOf({ state, provider }: IncidentsSearch) {
  return { unresolved: state === undefined ? undefined : state === 'unresolved', provider };
}
