import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../core/access.ts';
import { covers, type Role } from '../core/roles.ts';
import { authenticate, type Identity, type Keys, strangerSentences, strangerStatus } from './authenticate.ts';
import { errorBody } from './refusals.ts';
import type { OnRefused } from './trpc.ts';

/**
 * What a route takes: a role; nothing (`public`: files, health, the ways in); or it asks for itself (`procedures`: each
 * tRPC procedure names its own).
 */
export type RouteRole = Role | 'public' | 'procedures';

interface KnownRoute {
  method: string;
  url: string;
  role: RouteRole;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    role?: RouteRole;
    /** What a token that is bound to scopes must be for. */
    scope?: Scope;
    /** Answered whatever the `Host`: balancers and scrapers ask by address, and no page learns anything by it. */
    anyHost?: boolean;
  }
  interface FastifyInstance {
    /** What routes take that do not say it themselves, such as those of a plugin. */
    roleOfRoutes: RouteRole | null;
    /** Every route there is, with what it takes. */
    routesKnown: KnownRoute[];
  }
}

/** Refuses to start with a route that names no role, and answers nobody whom a route's role does not let in. */
export function guardRoutes(server: FastifyInstance, keys: Keys, onRefused: OnRefused): void {
  server.decorate('roleOfRoutes', null);
  server.decorate('routesKnown', []);
  server.addHook('onRoute', function (this: FastifyInstance, route) {
    const role = route.config?.role ?? this.roleOfRoutes;
    if (role === null) throw new Error(`The route ${String(route.method)} ${route.url} names no role.`);
    route.config = { ...route.config, role };
    for (const method of [route.method].flat()) this.routesKnown.push({ method, url: route.url, role });
  });
  server.addHook('onRequest', async (request, reply) => {
    const needs = request.routeOptions.config.role;
    if (needs === undefined || needs === 'public' || needs === 'procedures') return;
    const identity = identityOf(keys, request);
    if (!identity.known) {
      onRefused(identity, null);
      const body = errorBody('unauthorized', strangerSentences[identity.why]);
      return reply.code(strangerStatus[identity.why]).send(body);
    }
    const { who, role, scopes } = identity.caller;
    if (!covers(role, needs)) {
      const message = `This takes the role ${needs}, and ${who} has the role ${role}.`;
      return reply.code(403).send(errorBody('forbidden', message));
    }
    const { scope } = request.routeOptions.config;
    if (scopes.length === 0 || (scope !== undefined && scopes.includes(scope))) return;
    return reply.code(403).send(errorBody('forbidden', `${who} is for ${scopes.join(', ')} only; ask an admin.`));
  });
}

/** Who sends a request, by its token or its session. */
export function identityOf(keys: Keys, request: FastifyRequest): Identity {
  const { authorization } = request.headers;
  return authenticate(keys, { authorization, session: request.cookies[keys.sessionCookie], address: request.ip });
}

/** Registers a plugin's routes as taking one role. */
export function withRole(server: FastifyInstance, role: RouteRole, add: (scope: FastifyInstance) => void): void {
  server.register(async (scope) => {
    scope.roleOfRoutes = role;
    add(scope);
  });
}
