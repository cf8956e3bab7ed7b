import { type CircuitEntry, openCauses, type ShownState } from '../../core/circuit/types.ts';
import type { Family, Moment } from './family.ts';

export const shownStates: readonly ShownState[] = ['closed', 'open', 'halfOpen', 'tripped', 'heldClosed'];

/** The circuits as they stand: which state, why, since when, until when. */
export const circuitFamilies: readonly Family[] = [
  {
    type: 'gauge',
    name: 'recloser_circuit_state',
    help: 'Whether the circuit of a provider is in a state: 1 for the one it is in, 0 for the others.',
    labels: ['provider', 'state'],
    read: ({ circuits }) =>
      circuits.flatMap(({ provider, state: is }) =>
        shownStates.map((state) => [{ provider, state }, bit(is === state)] as const),
      ),
  },
  {
    type: 'gauge',
    name: 'recloser_circuit_cause',
    help: 'Why the circuit of a provider is open or half-open: 1 for the cause; all 0 while it is closed.',
    labels: ['provider', 'cause'],
    read: ({ circuits }) =>
      circuits.flatMap(({ provider, cause: is }) =>
        openCauses.map((cause) => [{ provider, cause }, bit(is === cause)] as const),
      ),
  },
  byProvider({
    name: 'recloser_circuit_since_timestamp_seconds',
    help: 'When the state of the circuit began, seconds since 1970.',
    of: ({ since }) => since / 1_000,
  }),
  byProvider({
    name: 'recloser_circuit_until_timestamp_seconds',
    help: 'When the state of the circuit ends by itself (next try, end of an act by hand), seconds since 1970; absent: it does not.',
    of: ({ until }) => (until === null ? null : until / 1_000),
  }),
  byProvider({
    name: 'recloser_circuit_last_success_timestamp_seconds',
    help: 'When the provider last gave a good answer, seconds since 1970; absent: never.',
    of: ({ lastSuccessAt }) => (lastSuccessAt === null ? null : lastSuccessAt / 1_000),
  }),
  byProvider({
    name: 'recloser_circuit_failures_in_a_row',
    help: 'Failures in a row now.',
    of: ({ failuresInARow }) => failuresInARow,
  }),
  byProvider({
    name: 'recloser_circuit_failures_in_a_row_limit',
    help: 'Failures in a row that open the circuit.',
    of: ({ limits }) => limits.failures,
  }),
  byProvider({
    name: 'recloser_circuit_calls_in_flight',
    help: 'Calls of the provider in flight.',
    of: ({ inFlight }) => inFlight,
  }),
  byProvider({
    name: 'recloser_circuit_calls_in_flight_limit',
    help: 'Calls the provider may have in flight: as the config says, or fewer after a 429.',
    of: ({ allowed }) => allowed,
  }),
  byProvider({
    name: 'recloser_circuit_ramp_share_ratio',
    help: 'Share of the traffic that a closed circuit lets through after a recovery, 0 to 1; 1: all of it.',
    of: ({ ramp }) => ramp?.share ?? 1,
  }),
  {
    type: 'counter',
    name: 'recloser_circuit_transitions_total',
    help: 'Moves of the circuit into a state, also those too short for a scrape to see.',
    labels: ['provider', 'to'],
    read: ({ totals }) =>
      [...totals.providers].flatMap(([provider, { movesTo }]) =>
        shownStates.map((to) => [{ provider, to }, movesTo[to]] as const),
      ),
  },
];

function byProvider(given: { name: string; help: string; of: (entry: CircuitEntry) => number | null }): Family {
  const { of, ...named } = given;
  return {
    ...named,
    type: 'gauge',
    labels: ['provider'],
    read: ({ circuits }: Moment) =>
      circuits.flatMap((entry) => {
        const value = of(entry);
        return value === null ? [] : [[{ provider: entry.provider }, value] as const];
      }),
  };
}

export function bit(is: boolean): number {
  return is ? 1 : 0;
}
