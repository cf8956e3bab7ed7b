import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuseRequest } from '../core/guard.ts';
import type { Log } from '../core/log.ts';
import type { ListenerSettings } from '../core/settings.ts';
import { sendNothing, sendRefusal } from './refusals.ts';

/**
 * All that pages may load, and from where: scripts only from here; styles from here, and those written with the nonce of this
 * answer, as the dashboard's parts write them.
 */
export function contentPolicy(nonce: string | null): string {
  const styles = nonce === null ? '' : ` 'nonce-${nonce}'`;
  return [`style-src 'self'${styles}`, ...fixedPolicy].join('; ');
}

const fixedPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];
/** Of a part of an address: a batch bears the names of its procedures in its path. */
export const maxPathCharacters = 1_000;
/** No page of ours asks for a device. */
const devices = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'display-capture'];

/** What is wrong with a request that comes to no handler. */
const codes: Record<number, string> = { 408: 'timeout', 413: 'body_too_large', 415: 'unsupported_media_type' };

/** Sent with every answer. */
const securityHeaders = {
  'content-security-policy': contentPolicy(null),
  'permissions-policy': devices.map((name) => `${name}=()`).join(', '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What every request has to pass before anything looks at it, and the shape of this listener's own errors. */
export function guard(server: FastifyInstance, settings: () => ListenerSettings, log: Log): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders).header('x-request-id', request.id);
    const refused = refuseStranger(request, settings());
    if (refused) return sendRefusal(request, reply, { status: 403, ...refused });
    // Pages have addresses that no route knows; what is sent to where nothing takes it is not read.
    if (request.is404 && request.method !== 'GET') return sendNothing(request, reply);
    if (!takesJson(request)) {
      const message = 'Only JSON is taken here: send "content-type: application/json".';
      return sendRefusal(request, reply, { status: 415, code: 'unsupported_media_type', message });
    }
  });
  server.setErrorHandler((error: { statusCode?: number; code?: string; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500)
      return sendRefusal(request, reply, { status, code: codes[status] ?? 'bad_request', message: error.message });
    log.error(
      { url: request.routeOptions.url, request: request.id, error },
      'A request to the control listener failed unforeseen.',
    );
    const message = 'Something went wrong inside; the log of the program has the whole of it.';
    return sendRefusal(request, reply, { status, code: 'internal', message });
  });
}

/** Answers an address that cannot be read, which comes past every hook and handler: `%zz`, or a name beyond all bounds. */
export function sendUnreadable(
  settings: ListenerSettings,
  { statusCode = 400 }: { statusCode?: number },
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  reply.headers(securityHeaders);
  const refused = refuseStranger(request, settings);
  const message =
    statusCode === 414
      ? `A part of this address is longer than ${maxPathCharacters} characters: there is nothing of that name here.`
      : 'This address cannot be read: write each % that stands for itself as %25, and others as two digits after it.';
  const code = statusCode === 414 ? 'address_too_long' : 'bad_request';
  sendRefusal(request, reply, refused ? { status: 403, ...refused } : { status: statusCode, code, message });
}

/** Unknown `Host` names (a page that points its own name here) and requests that other sites' pages send. */
function refuseStranger(request: FastifyRequest, settings: ListenerSettings): ReturnType<typeof refuseRequest> {
  const { host, origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const secFetchSite = followsLink(request) ? undefined : Array.isArray(site) ? site.join() : site;
  const port = request.socket.localPort ?? settings.port;
  const hosts = request.routeOptions.config.anyHost ? 'any' : settings.hosts;
  return refuseRequest({ host, origin, secFetchSite }, hosts, port);
}

/**
 * A person who follows a link to a page, from a chat or a report: the pages' files are public and change nothing, and
 * what they then ask for comes from themselves. tRPC, the REST API and sign-in are no pages; an identity provider sends people back.
 */
function followsLink(request: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = request.headers;
  const fromProvider = request.url.startsWith('/sign-in/provider/callback?');
  const isPage = fromProvider || /^\/(?!(trpc|api|sign-in|sign-out)\b)/.test(asRouted(request.url));
  return request.method === 'GET' && mode === 'navigate' && destination === 'document' && isPage;
}

/** An address as routes are found by it: `/%74rpc/…` is `/trpc/…`. */
function asRouted(url: string): string {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '');
  } catch {
    return url;
  }
}

/** A form can send other types across sites without being asked first, and tRPC would take them. */
function takesJson(request: FastifyRequest): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true;
  const type = request.headers['content-type'] ?? '';
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
