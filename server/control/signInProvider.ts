import type { FastifyInstance } from 'fastify';
import * as openid from 'openid-client';
import type { Clock } from '../core/clock.ts';
import type { OpenIdSettings } from '../core/settings.ts';
import { type Claims, personFromProvider } from '../operations/access/fromProvider.ts';
import { OperationError } from '../operations/errors.ts';
import { beginAs, noteRefused, type SignInDeps, sendPage } from './signIn.ts';

/** Time for a person to sign in at their provider. */
const pendingMs = 10 * 60_000;
/** Sign-ins under way at once; over it the eldest has to begin again. */
const maxPending = 1_000;
/** Time for one answer of the provider, seconds. */
const providerSeconds = 10;
/** Binds a sign-in to the browser that began it. Lax: the provider sends the person back from its own site. */
const stateCookie = 'recloser_sign_in';
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
  const provider = new Provider(settings);
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/sign-in', secure: deps.secure } as const;

  server.get('/sign-in/provider', isPublic, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      const state = openid.randomState();
      const begun = { verifier: openid.randomPKCECodeVerifier(), nonce: openid.randomNonce() };
      const leads = openid.buildAuthorizationUrl(await provider.get(), {
        redirect_uri: url + callbackPath,
        scope: settings.scopes.join(' '),
        code_challenge: await openid.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        nonce: begun.nonce,
        state,
      });
      pending.put(state, begun);
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
    const begun = pending.take(state);
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

/** Sign-ins that people are at, by their state; each is taken once. */
class PendingSignIns {
  private readonly clock: Clock;
  private readonly begun = new Map<string, Begun & { at: number }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  put(state: string, begun: Begun): void {
    const [eldest] = this.begun.keys();
    if (this.begun.size >= maxPending && eldest !== undefined) this.begun.delete(eldest);
    this.begun.set(state, { ...begun, at: this.clock.now() });
  }

  take(state: string): Begun | null {
    const begun = this.begun.get(state);
    this.begun.delete(state);
    return begun && this.clock.now() - begun.at < pendingMs ? begun : null;
  }
}
