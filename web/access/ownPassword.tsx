import type { FormEvent } from 'react';
import { client } from '../api.ts';
import { Panel } from '../ui/panel.tsx';
import { useChange } from '../ui/useChange.ts';

/** One's own password; only who signs in by one has it to change, and hears so. */
export function OwnPassword({ who }: { who: string }) {
  const change = useChange<string>('access');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const input = { current: String(given.get('current')), password: String(given.get('password')) };
    void change.run(async () => {
      await client.access.changePassword.mutate(input);
      return 'It is changed. You are signed out everywhere: sign in with the new one.';
    });
  };
  return (
    <Panel title="Your password" note={who}>
      <form className="access-form" onSubmit={submit}>
        <label>
          Present password
          <input name="current" type="password" autoComplete="current-password" required />
        </label>
        <label>
          New password, 12 characters or more
          <input name="password" type="password" autoComplete="new-password" minLength={12} required />
        </label>
        <button type="submit" className="button" disabled={change.working}>
          Change it
        </button>
      </form>
      {change.problem !== null && (
        <p className="access-note" role="alert">
          {change.problem}
        </p>
      )}
      {change.told !== null && (
        <p className="access-note" role="status">
          {change.told}
        </p>
      )}
    </Panel>
  );
}
