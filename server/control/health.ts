import type { FastifyInstance } from 'fastify';
import type { Storage } from '../../db/storage.ts';

const isPublic = { config: { role: 'public', anyHost: true } } as const;

interface HealthDeps {
  storage: Pick<Storage, 'status'>;
  version: string;
  state: () => 'starting' | 'serving' | 'draining';
}

/** Alive, and ready: 503 only while starting or draining, for providers and disks that are down are no reason to be replaced. */
export function healthRoutes(server: FastifyInstance, deps: HealthDeps): void {
  server.get('/healthz', isPublic, async () => ({ status: 'ok', version: deps.version }));
  server.get('/readyz', isPublic, async (_request, reply) => {
    const state = deps.state();
    const storage = deps.storage.status();
    if (state !== 'serving') return reply.code(503).send({ status: state, storage });
    return { status: storage.state, storage };
  });
}

/** What Prometheus scrapes: a viewer's, or a token's that is for `metrics`. No page has that of another `Host`. */
export function metricsRoute(
  server: FastifyInstance,
  read: () => Promise<{ contentType: string; text: string }>,
): void {
  server.get('/metrics', { config: { role: 'viewer', scope: 'metrics', anyHost: true } }, async (_request, reply) => {
    const { contentType, text } = await read();
    return reply.type(contentType).header('cache-control', 'no-store').send(text);
  });
}
