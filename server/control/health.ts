import type { FastifyInstance } from 'fastify';
import type { Storage } from '../../db/storage.ts';
import { errorBody } from './doors.ts';

const isPublic = { config: { role: 'public' } } as const;

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
  server.get('/metrics', isPublic, async (_request, reply) =>
    reply
      .code(404)
      .send(errorBody('not_found', 'Metrics come with a later version of Recloser; poll circuits.list for now.')),
  );
}
