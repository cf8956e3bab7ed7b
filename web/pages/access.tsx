import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { OwnPassword } from '../access/ownPassword.tsx';
import { AccessPeople } from '../access/people.tsx';
import { AccessSessions } from '../access/sessions.tsx';
import { AccessTokens } from '../access/tokens.tsx';
import { aboutQuery } from '../api.ts';
import '../requests/requests.css';
import '../dialogs/dialogs.css';
import '../access/access.css';

/** Who may come in: for admins everybody, for others themselves. */
export function AccessPage() {
  const { data: about } = useQuery(aboutQuery);
  useEffect(() => {
    document.title = 'Access · Recloser';
  }, []);
  const isAdmin = about?.role === 'admin';
  return (
    <>
      <h1 className="visually-hidden">Access</h1>
      {isAdmin && <AccessPeople />}
      {isAdmin && <AccessTokens />}
      {about && <AccessSessions all={isAdmin} />}
      {about && <OwnPassword who={about.who} />}
    </>
  );
}
