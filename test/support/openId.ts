import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An OpenID Connect provider on loopback that signs everybody in at once, as whoever a test says. */
export class OpenIdProvider {
  /** Who signs in next, and what goes wrong. */
  claims: Record<string, unknown> = {};
  issuer = '';
  /** Codes given out, with the nonce each has to answer. */
  private readonly nonces = new Map<string, string>();
  private readonly key: { privateKey: KeyObject; publicKey: KeyObject };
  private readonly server: Server;

  private constructor() {
    this.key = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    this.server = createServer(async (request, response) => {
      const { status = 200, location, body } = await this.answer(request);
      response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) });
      response.end(JSON.stringify(body ?? {}));
    });
  }

  static async start(): Promise<OpenIdProvider> {
    const provider = new OpenIdProvider();
    await new Promise<void>((resolve) => provider.server.listen(0, '127.0.0.1', resolve));
    provider.issuer = `http://127.0.0.1:${(provider.server.address() as AddressInfo).port}`;
    return provider;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<{ status?: number; location?: string; body?: object }> {
    const { issuer } = this;
    const url = new URL(request.url ?? '/', issuer);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return { body: this.metadata() };
      case '/keys':
        return {
          body: { keys: [{ ...this.key.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] },
        };
      case '/authorize': {
        const code = `code-${this.nonces.size}`;
        this.nonces.set(code, url.searchParams.get('nonce') ?? '');
        const back = new URL(url.searchParams.get('redirect_uri') ?? issuer);
        back.searchParams.set('code', code);
        back.searchParams.set('state', url.searchParams.get('state') ?? '');
        return { status: 302, location: back.href };
      }
      case '/token': {
        const given = new URLSearchParams(await text(request));
        const nonce = this.nonces.get(given.get('code') ?? '');
        if (nonce === undefined || !given.get('code_verifier'))
          return { status: 400, body: { error: 'invalid_grant' } };
        const token = { access_token: 'a', token_type: 'Bearer', id_token: this.idToken(nonce) };
        return { body: token };
      }
      default:
        return { status: 404 };
    }
  }

  private metadata(): object {
    const { issuer } = this;
    return {
      ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
      ...{ jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'] },
      ...{ id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] },
    };
  }

  private idToken(nonce: string): string {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.issuer, aud: 'recloser', sub: '42', iat: now, exp: now + 300, nonce, ...this.claims };
    const signed = [{ alg: 'RS256', kid: 'k' }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), this.key.privateKey).toString('base64url')}`;
  }
}
