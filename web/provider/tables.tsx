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
import { ReadError } from '../ui/readError.tsx';
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

interface Shown {
  provider: string;
  /** Ms since 1970, exclusive: where the time of the page is pinned; undefined: it goes on. */
  until: number | undefined;
}

/** Each state it was in, newest first: why, what proves it, and who; those heard on top of those of the record. */
export function History({ provider, until }: Shown) {
  const { events: heard, eventsSince, known } = useLive();
  const of = { provider, to: until };
  const { data, error } = useQuery({
    queryKey: ['provider-events', of, eventsSince],
    queryFn: ({ signal }) => client.events.list.query({ ...of, limit: shownRows }, { signal }),
    placeholderData: (before, query) => (sameShown(query?.queryKey[1], of) ? before : undefined),
    enabled: known,
  });
  const own = heard.filter((event) => event.provider === provider && (until === undefined || event.at < until));
  const rows = data ? mergeEvents(own, data.rows).slice(0, shownRows) : [];
  const read = (page: { before: string | undefined; limit: number }) => client.events.list.query({ ...of, ...page });
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
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {data && rows.length === 0 && (
        <p className="provider-none muted">
          {until === undefined
            ? 'Its circuit has never opened, and nobody has moved it.'
            : 'Up to then its circuit had never opened, and nobody had moved it.'}
        </p>
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

/** What is kept while it is read again is of the same provider, up to the same moment. */
function sameShown(before: unknown, { provider, to }: { provider: string; to: number | undefined }): boolean {
  const known = before as { provider: string; to: number | undefined } | undefined;
  return known?.provider === provider && known.to === to;
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
export function Probes({ provider, standby, until }: Shown & { standby: string | undefined }) {
  const of = { provider, to: until };
  const { data, error } = useQuery({
    queryKey: ['provider-probes', of],
    queryFn: ({ signal }) => client.providers.probes.query({ ...of, limit: shownRows }, { signal }),
    refetchInterval: until === undefined ? againMs : false,
  });
  const rows = data?.rows ?? [];
  const read = (page: { before: string | undefined; limit: number }) =>
    client.providers.probes.query({ ...of, ...page });
  return (
    <Panel
      title="Calls of our own"
      note="probes and standby checks, newest first"
      actions={rows.length > 0 && <ExportButtons name={`${provider}-probes`} columns={probeColumns} read={read} />}
    >
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {data && rows.length === 0 && (
        <p className="provider-none muted">
          {until === undefined ? `None yet. ${standbySentence(standby)}` : 'There were none up to then.'}
        </p>
      )}
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
