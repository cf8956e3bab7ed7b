import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ComeIn } from '../access/comeIn.tsx';
import { Logo } from '../ui/logo.tsx';
import { readWays } from '../ways.ts';
import '../shell/signIn.css';

/** Nobody is signed in: says how. The program's files are public; what they show is not. */
export function SignInPage() {
  const { data: ways } = useQuery({ queryKey: ['ways'], queryFn: readWays });
  useEffect(() => {
    document.title = 'Recloser · Sign in';
  }, []);
  return (
    <main className="sign-in" id="main">
      <section className="panel">
        <Logo />
        <h1>Sign in to Recloser</h1>
        {ways?.provider != null && (
          <a className="button sign-in-provider" href="/sign-in/provider">
            {ways.provider}
          </a>
        )}
        {ways?.password && (
          <ComeIn
            path="/sign-in"
            label="Sign in"
            fields={[
              { name: 'name', label: 'Name', autoComplete: 'username' },
              { name: 'password', label: 'Password', type: 'password', autoComplete: 'current-password' },
            ]}
          />
        )}
        {ways !== undefined && !ways.password && ways.provider === null && (
          <p>
            Open the sign-in link that Recloser printed where it was started. A link works once, within ten minutes of
            that start; starting it again prints a new one.
          </p>
        )}
        <ComeIn
          path="/sign-in"
          label="Sign in"
          fields={[
            {
              name: 'token',
              label: 'Or sign in with the token that it was started with (RECLOSER_TOKEN), or one of your own',
              type: 'password',
              autoComplete: 'off',
            },
          ]}
        />
      </section>
    </main>
  );
}
