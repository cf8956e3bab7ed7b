import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import type { ShownPerson } from '../../server/core/access.ts';
import type { Role } from '../../server/core/roles.ts';
import { client, trpc } from '../api.ts';
import { type Cell, isoTime } from '../exports.ts';
import { ActsHead } from '../ui/actsHead.tsx';
import { CopyBox } from '../ui/copyBox.tsx';
import { TimeText } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ReadError } from '../ui/readError.tsx';
import { SavedTable } from '../ui/savedTable.tsx';
import { useChange } from '../ui/useChange.ts';
import { RoleSelect } from './roleSelect.tsx';

const ways: Record<ShownPerson['ways'][number], string> = {
  password: 'password',
  provider: 'identity provider',
  invited: 'invitation, not taken up yet',
};

/** What a file has of each. */
const exported: readonly (readonly [string, (person: ShownPerson) => Cell])[] = [
  ['name', ({ name }) => name],
  ['role', ({ role }) => role],
  ['ways', ({ ways: by }) => by.join(' ')],
  ['added_by', ({ createdBy }) => createdBy],
  ['added', ({ createdAt }) => isoTime(createdAt)],
  ['last_seen', ({ seenAt }) => isoTime(seenAt)],
  ['shut_out', ({ disabledAt }) => isoTime(disabledAt)],
];

/** Everybody who may sign in, and the links by which new ones set a password. */
export function AccessPeople() {
  const people = useQuery(trpc.access.people.queryOptions());
  const change = useChange<string | null>('access');
  const invite = (person: { secret: string }) => `${window.location.origin}/join?code=${person.secret}`;
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const input = { name: String(given.get('name')), role: given.get('role') as Role };
    if (await change.run(async () => invite(await client.access.addPerson.mutate(input)))) form.reset();
  };
  return (
    <Panel
      title="People"
      note="who may sign in"
      actions={<SavedTable name="people" columns={exported} rows={people.data ?? []} />}
    >
      {people.error && <ReadError error={people.error} isKept={people.data !== undefined} />}
      {people.data && people.data.length > 0 && (
        <PeopleTable
          people={people.data}
          onInvite={(id) => void change.run(async () => invite(await client.access.invitePerson.mutate({ id })))}
          onChange={(input) =>
            void change.run(async () => {
              await client.access.changePerson.mutate(input);
              return null;
            })
          }
        />
      )}
      <form className="access-form" onSubmit={add}>
        <label>
          Name
          <input name="name" required maxLength={64} autoComplete="off" />
        </label>
        <RoleSelect name="role" label="Role" />
        <button type="submit" className="button" disabled={change.working}>
          Add a person
        </button>
      </form>
      {change.problem !== null && (
        <p className="access-note" role="alert">
          {change.problem}
        </p>
      )}
      {change.told !== null && (
        <div className="access-note" role="status">
          Give this link to them: it works once, within three days, and is shown this once.
          <CopyBox text={change.told} label="the invitation" />
        </div>
      )}
    </Panel>
  );
}

interface TableProps {
  people: ShownPerson[];
  onInvite: (id: string) => void;
  onChange: (input: { id: string; role?: Role; disabled?: boolean }) => void;
}

function PeopleTable({ people, onInvite, onChange }: TableProps) {
  return (
    <table className="requests-table access-table stacked-table">
      <thead>
        <tr>
          <th>name</th>
          <th>role</th>
          <th>comes by</th>
          <th>last seen</th>
          <ActsHead />
        </tr>
      </thead>
      <tbody>
        {people.map(({ id, name, role, ways: by, seenAt, disabledAt }) => (
          <tr key={id}>
            <td>
              <b>{name}</b>
              {disabledAt !== null && <span className="outcome outcome-failed">shut out</span>}
            </td>
            <td>
              <RoleSelect
                label={`Role of ${name}`}
                hidden
                value={role}
                onChange={(next) => onChange({ id, role: next })}
              />
            </td>
            <td className="muted" data-head="comes by">
              {by.map((way) => ways[way]).join(', ') || 'no way in yet'}
            </td>
            <td className="muted" data-head="last seen">
              {seenAt === null ? 'never' : <TimeText at={seenAt} />}
            </td>
            <td>
              <div className="access-acts">
                <button
                  type="button"
                  className="button"
                  aria-label={`Invite ${name} again`}
                  onClick={() => onInvite(id)}
                >
                  New invitation
                </button>
                <button
                  type="button"
                  className="button"
                  aria-label={disabledAt === null ? `Shut ${name} out` : `Let ${name} in again`}
                  onClick={() => onChange({ id, disabled: disabledAt === null })}
                >
                  {disabledAt === null ? 'Shut out' : 'Let in again'}
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
