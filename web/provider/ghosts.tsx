import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BreakerSettings } from '../../server/core/circuit/types.ts';
import type { GhostEpisode, GhostReport, GhostSide } from '../../server/core/ghost.ts';
import { client } from '../api.ts';
import type { Cell } from '../exports.ts';
import { showMs } from '../time.ts';
import { TimeText, ZoneWord } from '../ui/figures.tsx';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { StateBadge } from '../ui/state.tsx';
import { wholeNumber } from '../words.ts';
import { differences } from './ghostWords.ts';

const againMs = 5_000;

interface Row {
  report: GhostReport;
  episode: GhostEpisode;
}

const exported: readonly (readonly [string, (row: Row) => Cell])[] = [
  ['ghost', ({ report }) => report.ghost],
  ['from', ({ episode }) => iso(episode.from)],
  ['until', ({ episode }) => iso(episode.until)],
  ['circuit_opened', ({ episode }) => iso(episode.circuit?.openedAt ?? null)],
  ['ghost_opened', ({ episode }) => iso(episode.ghost?.openedAt ?? null)],
  ['ghost_cause', ({ episode }) => episode.ghost?.cause ?? null],
  ['callers_spared', ({ episode }) => episode.spared.waited],
  ['waiting_spared_ms', ({ episode }) => Math.round(episode.spared.waitedMs)],
  ['moved_on_sooner', ({ episode }) => episode.movedOn.calls],
  ['moved_on_sooner_ms', ({ episode }) => Math.round(episode.movedOn.soonerMs)],
  ['good_answers_lost', ({ episode }) => episode.spared.answered],
  ['not_known', ({ episode }) => episode.unknown],
];

interface GhostsProps {
  provider: string;
  breaker: BreakerSettings;
  /** Ms since 1970: where the time of the page is pinned; undefined: it goes on. */
  until: number | undefined;
}

/** Other settings on the same traffic: what would have been. */
export function Ghosts({ provider, breaker, until }: GhostsProps) {
  const { data, error } = useQuery({
    queryKey: ['ghosts', provider],
    queryFn: ({ signal }) => client.circuits.ghosts.query({ provider }, { signal }),
    refetchInterval: until === undefined ? againMs : false,
  });
  const reports = data?.ghosts ?? [];
  const rows = reports.flatMap((report) =>
    report.episodes.filter(({ from }) => until === undefined || from < until).map((episode) => ({ report, episode })),
  );
  return (
    <Panel
      title="With other settings"
      note="ghosts: counted on the same traffic, in this run"
      actions={rows.length > 0 && <SavedTable name={`${provider}-ghosts`} columns={exported} rows={rows} />}
    >
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {data && reports.length === 0 && (
        <EmptyState title="No ghosts are configured">
          <p>A ghost is this circuit with other settings. It holds up nobody, and says what would have been:</p>
          <pre>breaker: {'{ ghosts: { eager: { failures: 3 } } }'}</pre>
        </EmptyState>
      )}
      {until !== undefined && reports.length > 0 && (
        <p className="provider-none muted">
          {rows.length === 0 ? 'No ghost nor the circuit opened' : 'Openings that began'} up to the end of the time
          shown, as far as this run goes back. What they come to is summed up to now only: take the time off to read it.
        </p>
      )}
      {(until === undefined ? reports : []).map((report) => (
        <Ghost key={report.ghost} report={report} breaker={breaker} />
      ))}
      {rows.length > 0 && <Episodes rows={rows} />}
    </Panel>
  );
}

function Ghost({ report, breaker }: { report: GhostReport; breaker: BreakerSettings }) {
  const { sentence, caveat, state, since } = report;
  const other = differences(report.breaker, breaker);
  return (
    <div className="ghost">
      <p>
        <b>{sentence}.</b>
      </p>
      {caveat !== null && <p className="muted">{caveat}</p>}
      <p className="muted">
        {other.length > 0 && `It has ${other.join('; ')}. `}
        It is now <StateBadge state={state} size={9} />, and has watched since <TimeText at={since} />.
      </p>
    </div>
  );
}

function Episodes({ rows }: { rows: Row[] }) {
  return (
    <Box component="section" className="chart-table" aria-label="Openings compared" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Ghost</th>
            <th scope="col">
              it opened, <ZoneWord />
            </th>
            <th scope="col">
              the circuit opened, <ZoneWord />
            </th>
            <th scope="col">callers spared</th>
            <th scope="col">moved on sooner</th>
            <th scope="col">waiting spared</th>
            <th scope="col">good answers lost</th>
            <th scope="col">not known</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ report, episode }) => (
            <tr key={`${report.ghost} ${episode.from}`}>
              <th scope="row">{report.ghost}</th>
              <td>
                <Opened side={episode.ghost} />
              </td>
              <td>
                <Opened side={episode.circuit} />
              </td>
              <td>{wholeNumber(episode.spared.waited)}</td>
              <td>{wholeNumber(episode.movedOn.calls)}</td>
              <td>{showMs(episode.spared.waitedMs + episode.movedOn.soonerMs)}</td>
              <td>{wholeNumber(episode.spared.answered)}</td>
              <td>{wholeNumber(episode.unknown)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}

function Opened({ side }: { side: GhostSide | null }) {
  if (!side) return <>stayed closed</>;
  return (
    <>
      <TimeText at={side.openedAt} bare />
      {side.openings > 1 && ` and ${side.openings - 1} more`}
    </>
  );
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
