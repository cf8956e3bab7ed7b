import { type FormEvent, useEffect, useState } from 'react';
import { signIn } from '../api.ts';
import { Logo } from '../ui/logo.tsx';
import '../shell/signIn.css';

/** Nobody is signed in: says how. The program's files are public; what they show is not. */
export function SignInPage() {
  useEffect(() => {
    document.title = 'Recloser · Sign in';
  }, []);
  return (
    <main className="sign-in" id="main">
      <section className="panel">
        <Logo />
        <h1>Sign in to Recloser</h1>
        <p>
          Open the sign-in link that Recloser printed where it was started. A link works once, within ten minutes of
          that start; starting it again prints a new one.
        </p>
        <TokenForm />
      </section>
    </main>
  );
}

/** With a token there is no link: the token signs in itself. */
function TokenForm() {
  const [problem, setProblem] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token !== 'string' || token === '') return;
    setWorking(true);
    const said = await signIn(token).catch(() => 'Recloser does not answer. Is it running?');
    // Everything that was refused is asked again, by a page that begins anew.
    if (said === null) window.location.reload();
    setProblem(said);
    setWorking(false);
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor="token">Or sign in with the token that it was started with (RECLOSER_TOKEN)</label>
      <div className="sign-in-row">
        <input id="token" name="token" type="password" autoComplete="current-password" required />
        <button type="submit" className="button" disabled={working}>
          {working ? 'Signing in…' : 'Sign in'}
        </button>
      </div>
      {problem !== null && <p role="alert">{problem}</p>}
    </form>
  );
}
