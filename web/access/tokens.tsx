import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import type { Scope, ShownToken } from '../../server/core/access.ts';
import type { Role } from '../../server/core/roles.ts';
import { client, trpc } from '../api.ts';
import { type Cell, isoTime } from '../exports.ts';
import { ActsHead } from '../ui/actsHead.tsx';
import { CopyBox } from '../ui/copyBox.tsx';
import { TimeText } from '../ui/figures.tsx';
import { EmptyState, Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { useChange } from '../ui/useChange.ts';
import { RoleSelect } from './roleSelect.tsx';

/** Every scope there is; one that is new does not compile until it stands here. */
const scopes: Record<Scope, string> = {
  circuits: 'circuits',
  requests: 'requests',
  incidents: 'incidents',
  savings: 'savings',
  audit: 'audit',
  metrics: 'metrics',
  access: 'access',
};

/** What a file has of each. */
const exported: readonly (readonly [string, (token: ShownToken) => Cell])[] = [
  ['name', ({ name }) => name],
  ['state', ({ state }) => state],
  ['role', ({ role }) => role],
  ['only_for', ({ scopes: only }) => only.join(' ')],
  ['made_by', ({ createdBy }) => createdBy],
  ['made', ({ createdAt }) => isoTime(createdAt)],
  ['last_used', ({ lastUsedAt }) => isoTime(lastUsedAt)],
  ['works_until', ({ expiresAt }) => isoTime(expiresAt)],
];

const lastings = [
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: '365d', label: 'a year' },
  { value: '', label: 'until it is revoked' },
];

/** Tokens of programs: made, shown once, revoked. */
export function AccessTokens() {
  const tokens = useQuery(trpc.access.tokens.queryOptions());
  const change = useChange<string | null>('access');
  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const expires = String(given.get('expires'));
    const input = {
      name: String(given.get('name')),
      role: given.get('role') as Role,
      scopes: given.getAll('scope') as Scope[],
      ...(expires === '' ? {} : { expires }),
    };
    if (await change.run(async () => (await client.access.createToken.mutate(input)).secret)) form.reset();
  };
  const revoke = (id: string) =>
    void change.run(async () => {
      await client.access.revokeToken.mutate({ id });
      return null;
    });
  return (
    <Panel
      title="Tokens"
      note="for programs: Authorization: Bearer TOKEN"
      actions={<SavedTable name="tokens" columns={exported} rows={tokens.data ?? []} />}
    >
      {tokens.error && <ReadError error={tokens.error} isKept={tokens.data !== undefined} />}
      {tokens.data?.length === 0 && (
        <EmptyState title="No program has a token of its own yet">
          <p>Give each program its own, with no more than it needs: then one can be revoked without the others.</p>
        </EmptyState>
      )}
      {tokens.data && tokens.data.length > 0 && <TokenTable tokens={tokens.data} onRevoke={revoke} />}
      <NewToken working={change.working} onSubmit={create} />
      {change.problem !== null && (
        <p className="access-note" role="alert">
          {change.problem}
        </p>
      )}
      {change.told !== null && (
        <div className="access-note" role="status">
          This is the only time it is shown: put it where it belongs now.
          <CopyBox text={change.told} label="the token" />
        </div>
      )}
    </Panel>
  );
}

interface NewTokenProps {
  working: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

function NewToken({ working, onSubmit }: NewTokenProps) {
  return (
    <form className="access-form" onSubmit={onSubmit}>
      <label>
        What it is for
        <input name="name" required maxLength={64} autoComplete="off" placeholder="prometheus" />
      </label>
      <RoleSelect name="role" label="Role" />
      <label>
        Works for
        <select name="expires" defaultValue="90d">
          {lastings.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Only for (none: all its role allows)</legend>
        {Object.entries(scopes).map(([scope, label]) => (
          <label key={scope}>
            <input type="checkbox" name="scope" value={scope} />
            {label}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="button" disabled={working}>
        Make a token
      </button>
    </form>
  );
}

function TokenTable({ tokens, onRevoke }: { tokens: ShownToken[]; onRevoke: (id: string) => void }) {
  return (
    <table className="requests-table access-table stacked-table">
      <thead>
        <tr>
          <th>name</th>
          <th>role</th>
          <th>only for</th>
          <th>made by</th>
          <th>last used</th>
          <th>works until</th>
          <ActsHead />
        </tr>
      </thead>
      <tbody>
        {tokens.map(({ id, name, state, role, scopes: only, createdBy, lastUsedAt, expiresAt }) => (
          <tr key={id}>
            <td>
              <b>{name}</b>
              {state !== 'good' && <span className="outcome outcome-failed">{state}</span>}
            </td>
            <td>{role}</td>
            <td className="muted" data-head="only for">
              {only.length === 0 ? 'everything' : only.join(', ')}
            </td>
            <td className="muted" data-head="made by">
              {createdBy}
            </td>
            <td className="muted" data-head="last used">
              {lastUsedAt === null ? 'never' : <TimeText at={lastUsedAt} />}
            </td>
            <td className="muted" data-head="works until">
              {expiresAt === null ? 'revoked' : <TimeText at={expiresAt} />}
            </td>
            <td>
              <div className="access-acts">
                {state === 'good' && (
                  <button type="button" className="button" aria-label={`Revoke ${name}`} onClick={() => onRevoke(id)}>
                    Revoke
                  </button>
                )}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
