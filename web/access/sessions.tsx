import { useQuery } from '@tanstack/react-query';
import type { SessionWay, ShownSession } from '../../server/core/access.ts';
import { client, trpc } from '../api.ts';
import { type Cell, isoTime } from '../exports.ts';
import { ActsHead } from '../ui/actsHead.tsx';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { useChange } from '../ui/useChange.ts';
import { signOut } from '../ways.ts';

const ways: Record<SessionWay, string> = {
  link: 'link of a start',
  token: 'token',
  password: 'password',
  provider: 'identity provider',
};

/** What a file has of each. */
const exported: readonly (readonly [string, (session: ShownSession) => Cell])[] = [
  ['who', ({ who }) => who],
  ['came_by', ({ way }) => way],
  ['from', ({ from }) => from],
  ['since', ({ openedAt }) => isoTime(openedAt)],
  ['last_seen', ({ seenAt }) => isoTime(seenAt)],
  ['ends', ({ endsAt }) => isoTime(endsAt)],
];

/** Who is signed in now, and where; `all`: everybody, else oneself. */
export function AccessSessions({ all }: { all: boolean }) {
  const everybody = useQuery({ ...trpc.access.sessions.queryOptions(), enabled: all });
  const own = useQuery({ ...trpc.access.mySessions.queryOptions(), enabled: !all });
  const { data, error } = all ? everybody : own;
  const change = useChange<null>('access');
  const end = (id: string) =>
    void change.run(async () => {
      await client.access.endSession.mutate({ id });
      return null;
    });
  const acts = (
    <>
      <SavedTable name="sessions" columns={exported} rows={data ?? []} />
      <button type="button" className="button" onClick={() => void signOut({ everywhere: true })}>
        Sign me out everywhere
      </button>
    </>
  );
  return (
    <Panel title="Signed in now" note={all ? 'everybody' : 'you, on every machine'} actions={acts}>
      {error && <ReadError error={error} isKept={data !== undefined} />}
      {change.problem !== null && (
        <p className="access-note" role="alert">
          {change.problem}
        </p>
      )}
      {data && <SessionTable sessions={data} onEnd={end} />}
    </Panel>
  );
}

function SessionTable({ sessions, onEnd }: { sessions: ShownSession[]; onEnd: (id: string) => void }) {
  return (
    <table className="requests-table access-table stacked-table">
      <thead>
        <tr>
          <th>who</th>
          <th>came by</th>
          <th>from</th>
          <th>since</th>
          <th>last seen</th>
          <ActsHead />
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ id, who, way, from, openedAt, seenAt, current }) => (
          <tr key={id}>
            <td>
              <b>{who}</b>
              {current && <span className="muted"> this one</span>}
            </td>
            <td className="muted" data-head="by">
              {ways[way]}
            </td>
            <td className="muted" data-head="from">
              {from ?? 'not known'}
            </td>
            <td className="muted" data-head="since">
              <TimeText at={openedAt} />
            </td>
            <td className="muted" data-head="last seen">
              <TimeText at={seenAt} />
            </td>
            <td>
              <div className="access-acts">
                <button
                  type="button"
                  className="button"
                  aria-label={`End the session of ${who} ${id}`}
                  onClick={() => onEnd(id)}
                >
                  End
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
