import type { Role } from '../../server/core/roles.ts';
import { call, testToken } from './control.ts';

type Control = { url: string };

/** A token of a role, made as an admin makes it. */
export async function tokenOf(control: Control, role: Role, more: object = {}): Promise<string> {
  const input = { name: `${role}-token`, role, ...more };
  const { body } = await call(control, 'access.createToken', { post: true, input });
  return String(body.result?.data.secret);
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Asks as somebody else than the admin of the tests. */
export function as(control: Control, headers: Record<string, string>) {
  return { url: control.url, headers };
}

/** A mutation, of an admin where nobody else is named; its data, or its error's message. */
export async function act(control: Control & { headers?: Record<string, string> }, path: string, input: object) {
  const { headers = bearer(testToken) } = control;
  const { status, body } = await call(control, path, { post: true, input, headers });
  return { status, data: body.result?.data ?? {}, message: body.error?.message ?? '' };
}

export function post(control: Control, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(control.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The cookie as a browser would send it back. */
export function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
}

export const goodPassword = 'a long enough password';

/** Adds a person who takes up the invitation; the cookie of their session. */
export async function join(control: Control, name: string, role: Role): Promise<string> {
  const { data } = await act(control, 'access.addPerson', { name, role });
  return cookieOf(await post(control, '/join', { code: data.secret, password: goodPassword }));
}
