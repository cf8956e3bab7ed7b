import { useEffect } from 'react';
import { ComeIn } from '../access/comeIn.tsx';
import { Logo } from '../ui/logo.tsx';
import '../shell/signIn.css';

/** Where an invitation leads: a person sets their password, once. Its code is in a cookie, so that it is in no address. */
export function JoinPage() {
  useEffect(() => {
    document.title = 'Recloser · Join';
  }, []);
  return (
    <main className="sign-in" id="main">
      <section className="panel">
        <Logo />
        <h1>Join Recloser</h1>
        <p>Choose a password of 12 characters or more. You sign in with it and the name that you were added by.</p>
        <ComeIn
          path="/join"
          label="Set the password and sign in"
          fields={[{ name: 'password', label: 'Password', type: 'password', autoComplete: 'new-password' }]}
        />
      </section>
    </main>
  );
}
