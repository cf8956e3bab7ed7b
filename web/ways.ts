import { queryClient } from './api.ts';
import { noteStranger } from './strangers.ts';

/** In and out: what happens before, and after, anybody is signed in. None of it is tRPC. */

/** How people can sign in here, beside a start's link and a token. */
export interface Ways {
  password: boolean;
  /** What the button of the identity provider says; null: there is none. */
  provider: string | null;
}

/** Rejects when nobody answers. */
export async function readWays(): Promise<Ways> {
  const response = await fetch('/sign-in/ways');
  return (await response.json()) as Ways;
}

/** Signs in, or takes up an invitation: null when it worked, else a sentence why not. */
export async function comeIn(path: '/sign-in' | '/join', credentials: Record<string, string>): Promise<string | null> {
  const response = await post(path, credentials);
  if (response.ok) return null;
  const body: unknown = await response.json().catch(() => null);
  const said = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof said === 'string' ? said : `It was refused with status ${response.status}.`;
}

/** Ends the session here, or on every machine; the sign-in page follows. Rejects when nobody answers. */
export async function signOut({ everywhere }: { everywhere: boolean }): Promise<void> {
  await post('/sign-out', { everywhere });
  queryClient.clear();
  noteStranger();
}

function post(path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
