import type { FastifyInstance } from 'fastify';
import * as openid from 'openid-client';
import type { Clock } from '../core/clock.ts';
import type { OpenIdSettings } from '../core/settings.ts';
import { type Claims, personFromProvider } from '../operations/access/fromProvider.ts';
import { derivedSecret, newSecret } from '../operations/access/secret.ts';
import { OperationError } from '../operations/errors.ts';
import { cookieName } from './cookies.ts';
import { beginAs, noteRefused, type SignInDeps, sendPage } from './signIn.ts';

/** Time for a person to sign in at their provider. */
const pendingMs = 10 * 60_000;
/** Time for one answer of the provider, seconds. */
const providerSeconds = 10;
/** Binds a sign-in to the browser that began it. Lax: the provider sends the person back from its own site. */
const stateCookieName = 'recloser_sign_in';
const callbackPath = '/sign-in/provider/callback';

interface ProviderDeps extends SignInDeps {
  settings: OpenIdSettings;
  /** Where people reach the dashboard. */
  url: string;
  /** `request`: its id. */
  onError: (error: unknown, request: string) => void;
}

const isPublic = { exposeHeadRoute: false, config: { role: 'public' } } as const;

/** `GET /sign-in/provider`: off to the identity provider (authorization code with PKCE); its callback signs the person in. */
export function providerRoutes(server: FastifyInstance, deps: ProviderDeps): void {
  const { settings, url, keys, operations } = deps;
  const pending = new PendingSignIns(keys.clock);
  const stateCookie = cookieName(stateCookieName, deps.secure);
  const provider = new Provider(settings);
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure: deps.secure } as const;

  server.get('/sign-in/provider', isPublic, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      const { state, ...begun } = pending.begin();
      const leads = openid.buildAuthorizationUrl(await provider.get(), {
        redirect_uri: url + callbackPath,
        scope: settings.scopes.join(' '),
        code_challenge: await openid.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        nonce: begun.nonce,
        state,
      });
      reply.setCookie(stateCookie, state, { ...cookie, maxAge: pendingMs / 1_000 });
      return reply.redirect(leads.href, 303);
    } catch (error) {
      deps.onError(error, request.id);
      return sendPage(
        reply,
        502,
        'The identity provider does not answer as it should. Try again, or sign in with a token.',
      );
    }
  });

  server.get(callbackPath, isPublic, async (request, reply) => {
    reply.header('cache-control', 'no-store').clearCookie(stateCookie, cookie);
    const state = request.cookies[stateCookie] ?? '';
    const begun = pending.goOn(state);
    if (!begun)
      return sendPage(reply, 401, 'This sign-in was not begun in this browser, or more than ten minutes ago.');
    try {
      const checks = { pkceCodeVerifier: begun.verifier, expectedNonce: begun.nonce, expectedState: state };
      const answer = new URL(request.url, url);
      const tokens = await openid.authorizationCodeGrant(await provider.get(), answer, {
        ...checks,
        idTokenExpected: true,
      });
      const claims = tokens.claims() as Claims;
      const person = await personFromProvider(operations, settings, { claims, from: request.ip });
      beginAs({ deps, request, reply }, person, settings);
      return reply.redirect('/', 303);
    } catch (error) {
      const known = error instanceof OperationError ? error.message : null;
      noteRefused(deps, request, { who: 'unknown', why: known ?? 'the identity provider did not vouch for them' });
      if (known !== null) return sendPage(reply, 403, known);
      deps.onError(error, request.id);
      return sendPage(reply, 401, 'The identity provider did not vouch for you. Begin again on the sign-in page.');
    }
  });
}

/** What the provider says of itself, asked for when it is first needed, and again after it could not be had. */
class Provider {
  private readonly settings: OpenIdSettings;
  private found: Promise<openid.Configuration> | null = null;

  constructor(settings: OpenIdSettings) {
    this.settings = settings;
  }

  get(): Promise<openid.Configuration> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = null;
      throw error;
    });
    return this.found;
  }

  private discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const insecure = issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [];
    const way = clientSecret === null ? openid.None() : undefined;
    return openid.discovery(new URL(issuer), clientId, clientSecret ?? undefined, way, {
      execute: insecure,
      timeout: providerSeconds,
    });
  }
}

interface Begun {
  verifier: string;
  nonce: string;
}

/**
 * Sign-ins that people are at. The state, which says when it was begun, lies in their browser, and what belongs to it is
 * found again by a key of this start: nothing is kept here, so that nobody who begins many pushes out those of others.
 */
class PendingSignIns {
  private readonly clock: Clock;
  private readonly key = newSecret();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  begin(): Begun & { state: string } {
    const state = `${Math.round(this.clock.now())}.${newSecret()}`;
    return { state, ...this.of(state) };
  }

  /** Null: it was not begun, or too long ago. A time that was changed gives a verifier that the provider does not take. */
  goOn(state: string): Begun | null {
    const begunAt = /^(\d{1,15})\.[\w-]{43}$/.exec(state)?.[1];
    if (begunAt === undefined || this.clock.now() - Number(begunAt) >= pendingMs) return null;
    return this.of(state);
  }

  private of(state: string): Begun {
    return { verifier: derivedSecret(this.key, `verifier ${state}`), nonce: derivedSecret(this.key, `nonce ${state}`) };
  }
}
