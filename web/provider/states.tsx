import { Box } from '@mantine/core';
import type { ShownState } from '../../server/core/circuit/types.ts';
import type { ProviderPage, StateSpan } from '../../server/core/providerPage.ts';
import type { Cell } from '../exports.ts';
import { showAge, timeOfDay, zoneName } from '../time.ts';
import { TimeText, ZoneWord } from '../ui/figures.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { StateBadge } from '../ui/state.tsx';
import { stateWords } from '../words.ts';
import { useZone } from '../zone.tsx';
import { Charted } from './charted.tsx';
import { axisTicks, axisWord, type Stretch } from './range.ts';

const title = 'How its circuit stood';
/** Read out one by one at most. */
const spansSaid = 12;

/** The states of its circuit over the time that is shown, in one lane; the table behind it. */
export function States({ page, name }: { page: ProviderPage; name: string }) {
  const { states, from, now } = page;
  return (
    <Charted
      title={title}
      note="each state it was in, up to the end of the time shown"
      nothing={states.length === 0 ? 'Nothing is known of this time.' : null}
      chart={<Lane states={states} from={from} now={now} />}
      table={<StatesTable states={states} name={name} now={now} />}
    />
  );
}

function Lane({ states, from, now }: Stretch & { states: StateSpan[] }) {
  const zone = useZone();
  const place = (at: number) => `${(100 * (at - from)) / Math.max(1, now - from)}%`;
  const said = states.slice(-spansSaid).map(({ from: since, to, state }) => {
    return `${timeOfDay(since, zone)} to ${timeOfDay(to, zone)} ${stateWords[state].toLowerCase()}`;
  });
  const present = [...new Set(states.map(({ state }) => state))];
  return (
    <figure className="lane">
      <figcaption>
        {present.map((state) => (
          <span key={state}>
            <StateBadge state={state} size={9} /> <span className="muted">{showAge(lengthOf(states, state))}</span>
          </span>
        ))}
      </figcaption>
      <div className="lane-room" role="img" aria-label={`The last of it, ${zoneName(zone, now)}: ${said.join(', ')}`}>
        {states.map(({ from: since, to, state }) => (
          <i
            key={since}
            className={`lane-${state}`}
            style={{ left: place(since), width: `calc(${place(to - since + from)} - 1px)` }}
          />
        ))}
      </div>
      <div className="lane-axis" aria-hidden="true">
        {axisTicks({ from, now }).map((at) => (
          <span key={at} style={{ left: place(at) }}>
            {axisWord(at, zone, { from, now })}
          </span>
        ))}
      </div>
    </figure>
  );
}

function lengthOf(states: readonly StateSpan[], wanted: ShownState): number {
  return states.reduce((sum, { from, to, state }) => sum + (state === wanted ? to - from : 0), 0);
}

const exported: readonly (readonly [string, (span: StateSpan) => Cell])[] = [
  ['from', ({ from }) => new Date(from).toISOString()],
  ['to', ({ to }) => new Date(to).toISOString()],
  ['state', ({ state }) => state],
  ['length_ms', ({ from, to }) => Math.round(to - from)],
];

function StatesTable({ states, name, now }: { states: StateSpan[]; name: string; now: number }) {
  return (
    <>
      <div className="chart-exports">
        <SavedTable name={`${name}-states`} columns={exported} rows={states} />
      </div>
      <Box component="section" className="chart-table" aria-label={`${title}, as a table`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                From, <ZoneWord at={now} />
              </th>
              <th scope="col">state</th>
              <th scope="col">for</th>
            </tr>
          </thead>
          <tbody>
            {states.toReversed().map(({ from, to, state }) => (
              <tr key={from}>
                <th scope="row">
                  <TimeText at={from} bare />
                </th>
                <td>
                  <StateBadge state={state} size={9} />
                </td>
                <td>
                  {showAge(to - from)}
                  {to >= now ? ' … not over' : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
    </>
  );
}
