import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { circuit } from './answers.ts';

/** Where the API is, with its version. */
export const restRoot = '/api/v1';
/** Whether a request is for the REST API, and so wants its errors. */
export function isRest({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return url.startsWith('/api/');
}

/** By the specification of problem details (RFC 9457). */
export const problemType = 'application/problem+json';

/** An error as the REST API tells it: problem details, with our own code, what is wrong with which field, and the circuit as it stands. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string().describe('What the status is called'),
  status: z.number(),
  detail: z.string().describe('What is wrong and what to do, in a sentence'),
  code: z.string().describe('Stays the same for programs: `conflict`, `not_found`, `bad_request`, …'),
  errors: z
    .array(z.object({ field: z.string(), detail: z.string() }))
    .optional()
    .describe('Each field that is wrong'),
  entry: circuit.optional().describe('With a conflict: the circuit as it is now'),
});

export type ProblemParts = Pick<z.output<typeof problem>, 'status' | 'detail' | 'code' | 'errors' | 'entry'>;

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, { status, detail, code, errors, entry }: ProblemParts): FastifyReply {
  const body: z.output<typeof problem> = {
    ...{ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code },
    ...(errors ? { errors } : {}),
    ...(entry ? { entry } : {}),
  };
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).type(problemType).header('cache-control', 'no-store').send(body);
}
