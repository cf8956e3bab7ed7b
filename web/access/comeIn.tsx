import { type FormEvent, useId, useState } from 'react';
import { comeIn } from '../ways.ts';

interface Field {
  name: string;
  label: string;
  type?: 'password';
  autoComplete: string;
}

interface ComeInProps {
  path: '/sign-in' | '/join';
  /** On the button. */
  label: string;
  fields: readonly Field[];
}

/** A way in: what was refused is said beneath; what worked begins anew at the first page. */
export function ComeIn({ path, label, fields }: ComeInProps) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const credentials = Object.fromEntries(fields.map(({ name }) => [name, String(given.get(name) ?? '')]));
    setWorking(true);
    const said = await comeIn(path, credentials).catch(() => 'Recloser does not answer. Is it running?');
    if (said === null && path === '/join') window.location.replace('/');
    // Everything that was refused is asked again, by a page that begins anew.
    else if (said === null) window.location.reload();
    setProblem(said);
    setWorking(false);
  };
  return (
    <form onSubmit={submit}>
      {fields.map(({ name, label: says, type = 'text', autoComplete }) => (
        <div key={name} className="sign-in-field">
          <label htmlFor={`${id}-${name}`}>{says}</label>
          <input id={`${id}-${name}`} name={name} type={type} autoComplete={autoComplete} required />
        </div>
      ))}
      <button type="submit" className="button" disabled={working}>
        {working ? 'A moment…' : label}
      </button>
      {problem !== null && <p role="alert">{problem}</p>}
    </form>
  );
}
