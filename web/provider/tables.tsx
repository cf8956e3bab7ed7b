import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CircuitEvent } from '../../server/core/circuit/types.ts';
import type { ProbeRecord } from '../../server/core/records.ts';
import { client } from '../api.ts';
import { EvidenceLinks } from '../diagram/evidenceLinks.tsx';
import type { Cell } from '../exports.ts';
import { useLive } from '../live/useLive.ts';
import { eventText, mergeEvents } from '../pages/liveFeedWords.ts';
import { showMs } from '../time.ts';
import { ExportButtons } from '../ui/exportButtons.tsx';
import { Money, TimeText, ZoneWord } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { CheckWord, StateMark } from '../ui/state.tsx';
import { stateWords, trailWord } from '../words.ts';

const shownRows = 30;
const againMs = 10_000;
type Columns<Row> = readonly (readonly [string, (row: Row) => Cell])[];

const eventColumns: Columns<CircuitEvent> = [
  ['at', ({ at }) => new Date(at).toISOString()],
  ['from', ({ from }) => from],
  ['to', ({ to }) => to],
  ['cause', ({ cause }) => cause],
  ['by', ({ by }) => by],
  ['reason', ({ reason }) => reason],
  ['until', ({ until }) => (until === null ? null : new Date(until).toISOString())],
  ['evidence', ({ evidence }) => evidence.join(' ')],
];

/** Each state it was in, newest first: why, what proves it, and who; those heard on top of those of the record. */
export function History({ provider }: { provider: string }) {
  const { events: heard, eventsSince, known } = useLive();
  const { data } = useQuery({
    queryKey: ['provider-events', provider, eventsSince],
    queryFn: ({ signal }) => client.events.list.query({ provider, limit: shownRows }, { signal }),
    placeholderData: (before) => before,
    enabled: known,
  });
  const own = heard.filter((event) => event.provider === provider);
  const rows = data ? mergeEvents(own, data.rows).slice(0, shownRows) : [];
  const read = (page: { before: string | undefined; limit: number }) => client.events.list.query({ provider, ...page });
  return (
    <Panel
      title="What it went through"
      note={
        <>
          <ZoneWord /> · the last {shownRows} at most; all of it in the files
        </>
      }
      actions={rows.length > 0 && <ExportButtons name={`${provider}-history`} columns={eventColumns} read={read} />}
    >
      {data && rows.length === 0 && (
        <p className="provider-none muted">Its circuit has never opened, and nobody has moved it.</p>
      )}
      <ul className="provider-history">
        {rows.map((event) => (
          <li key={`${event.node} ${event.seq}`}>
            <TimeText at={event.at} bare />
            <StateMark state={event.to} label={stateWords[event.to]} />
            <p>
              {sentenceOf(event)}
              {event.evidence.length > 0 && <EvidenceLinks ids={event.evidence} lead=": " otherwise="." />}{' '}
              {event.by !== 'itself' && (
                <Link to="/audit" search={{ subject: provider }}>
                  in the audit
                </Link>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** The evidence goes on after it. */
function sentenceOf(event: CircuitEvent): string {
  const text = eventText(event);
  return event.evidence.length > 0 ? text.replace(/\.$/, '') : text;
}

const probeColumns: Columns<ProbeRecord> = [
  ['at', ({ at }) => new Date(at).toISOString()],
  ['kind', ({ kind }) => kind],
  ['by', ({ by }) => by],
  ['ok', ({ ok }) => ok],
  ['word', ({ word }) => word],
  ['status', ({ status }) => status],
  ['duration_ms', ({ durationMs }) => durationMs],
  ['cost_nano_usd', ({ costNanoUsd }) => costNanoUsd],
];
const probeKinds: Record<ProbeRecord['kind'], string> = {
  standby: 'standby check',
  recheck: 'asked while open',
  hand: 'asked by hand',
};

/** Calls of our own: what they found, and what they cost. `standby`: the setting in force. */
export function Probes({ provider, standby }: { provider: string; standby: string | undefined }) {
  const { data } = useQuery({
    queryKey: ['provider-probes', provider],
    queryFn: ({ signal }) => client.providers.probes.query({ provider, limit: shownRows }, { signal }),
    refetchInterval: againMs,
  });
  const rows = data?.rows ?? [];
  const read = (page: { before: string | undefined; limit: number }) =>
    client.providers.probes.query({ provider, ...page });
  return (
    <Panel
      title="Calls of our own"
      note="probes and standby checks, newest first"
      actions={rows.length > 0 && <ExportButtons name={`${provider}-probes`} columns={probeColumns} read={read} />}
    >
      {data && rows.length === 0 && <p className="provider-none muted">None yet. {standbySentence(standby)}</p>}
      {rows.length > 0 && (
        <Box component="section" className="chart-table" aria-label="Probes and standby checks" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">
                  time, <ZoneWord />
                </th>
                <th scope="col" className="words">
                  call
                </th>
                <th scope="col" className="words">
                  result
                </th>
                <th scope="col">took</th>
                <th scope="col">cost</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((probe) => (
                <tr key={probe.id}>
                  <th scope="row">
                    <TimeText at={probe.at} bare />
                  </th>
                  <td className="words">{probeKinds[probe.kind]}</td>
                  <td className="words">
                    <CheckWord ok={probe.ok}>{probe.ok ? 'answered' : trailWord(probe.word)}</CheckWord>
                  </td>
                  <td>{showMs(probe.durationMs)}</td>
                  <td>
                    <Money nanoUsd={probe.costNanoUsd} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Box>
      )}
    </Panel>
  );
}

function standbySentence(standby: string | undefined): string {
  if (standby === undefined || standby === 'off')
    return 'With standby: 10m it is asked for one token where it has no traffic.';
  return `It is asked for one token when it has had no traffic for ${standby}.`;
}
