/**
 * What a cookie is called. Where it goes by HTTPS only, no other host of the domain can set one in its place: browsers take
 * `__Host-` from the host itself alone, by HTTPS, for the path `/`.
 */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
