/** The headers that say who sent a request from where; undefined or null where there is none. */
export interface SiteHeaders {
  host: string | null | undefined;
  origin: string | null | undefined;
  secFetchSite: string | null | undefined;
}

export interface GuardRefusal {
  code: 'host_not_allowed' | 'cross_site_refused';
  message: string;
}

interface Site {
  /** Lower case, without port; IPv6 in brackets. */
  name: string;
  /** As written, null: none. 80 and 443 count as none, because a proxy may have taken them off. */
  port: string | null;
}

/** Names longer than DNS allows are not looked at. */
const maxHostCharacters = 260;

/**
 * Whether a request may be answered at all, for both listeners; null: it may. Only `Host` names that we know are answered
 * (loopback, and `allowedHosts` as `name` or `name:port`), or a web page could reach us by a name of its own that points
 * at loopback. Browsers of other sites are refused: programs send neither `Origin` nor `Sec-Fetch-Site`. `any`: whatever
 * the `Host`, for what tells a page nothing, such as health, which balancers ask for by address.
 */
export function refuseRequest(
  headers: SiteHeaders,
  allowedHosts: readonly string[] | 'any',
  port: number,
): GuardRefusal | null {
  const host = readSite(headers.host ?? '');
  if (allowedHosts !== 'any' && !(host && (isLoopback(host.name) || isAmong(host, allowedHosts)))) {
    const message = `This address answers only to the Host names it knows: use localhost:${port}, or add the name to \`hosts\` of this listener in the config.`;
    return { code: 'host_not_allowed', message };
  }
  const site = headers.secFetchSite?.trim().toLowerCase();
  const siteIsOurs = site === undefined || site === '' || site === 'same-origin' || site === 'none';
  if (!siteIsOurs || !isSameSite(headers.origin, host)) {
    const message =
      'A browser sent this for a page of another site, and no web page may act here: call it from a program, or from its own pages.';
    return { code: 'cross_site_refused', message };
  }
  return null;
}

function isSameSite(origin: string | null | undefined, host: Site | null): boolean {
  if (origin === null || origin === undefined || origin === '') return true;
  // A browser that hides where a page is from sends `null`: whoever it is, it is not us.
  const match = /^https?:\/\/([^/?#@]+)$/i.exec(origin.trim());
  const from = match ? readSite(match[1] ?? '') : null;
  return from !== null && from.name === host?.name && from.port === host.port;
}

function isAmong(host: Site, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((allowed) => {
    const site = readSite(allowed);
    return site?.name === host.name && (!hasPort(allowed) || site.port === host.port);
  });
}

function hasPort(text: string): boolean {
  return /:\d+$/.test(text.trim());
}

/** `name`, `name:port`, `[::1]:port`; null for anything else. */
function readSite(text: string): Site | null {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.length > maxHostCharacters) return null;
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(trimmed);
  const name = match?.[1];
  if (!name) return null;
  const port = match[2] ?? null;
  return { name: name.replace(/\.$/, ''), port: port === '80' || port === '443' ? null : port };
}

/** `localhost`, `127.0.0.0/8`, `[::1]`. */
function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '[::1]') return true;
  const match = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  return match?.slice(1).every((part) => Number(part) <= 255) ?? false;
}
