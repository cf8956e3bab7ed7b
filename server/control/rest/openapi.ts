import { z } from 'zod';
import { scopeOf } from '../../core/access.ts';
import { problem, problemType, restRoot } from './problem.ts';
import { type Field, fieldsOf, type RestRoute, restRoutes } from './table.ts';

/** The OpenAPI document, made from the schemas by which input is read and answers are typed. */
export function openApiOf(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Recloser',
      version,
      description:
        'What scripts do most, over the same verbs as the dashboard and the command line. Send a token as `Authorization: Bearer TOKEN`; sessions of browsers are not taken here. Times are milliseconds since 1970 (UTC), money is nano-dollars, null is not known. v1 may gain fields and routes; none is renamed or taken away. `/healthz`, `/readyz` and `/metrics` stand beside it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: restRoot }],
    security: [{ token: [] }],
    paths: Object.fromEntries(
      restRoutes.map((route) => [route.path, { [route.method.toLowerCase()]: operation(route) }]),
    ),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: answerSchema(problem) },
    },
  };
}

function operation(route: RestRoute) {
  const fields = [...fieldsOf(route)];
  const scope = scopeOf(route.procedure) ?? null;
  const bound = scope === null ? '' : `, and a token bound to scopes needs \`${scope}\``;
  return {
    operationId: route.procedure.replace('.', '_'),
    summary: route.summary,
    description: `Takes the role ${route.role}${bound}. As the procedure \`${route.procedure}\`.`,
    tags: [route.procedure.split('.', 1)[0]],
    parameters: fields.flatMap(([name, field]) => (field.in === 'body' ? [] : [parameter(name, field)])),
    ...(route.method === 'POST' ? { requestBody: requestBody(fields) } : {}),
    responses: {
      200: { description: 'Done', content: content(route) },
      ...Object.fromEntries(statusesOf(route).map(([status, description]) => [status, refused(description)])),
      default: refused('Anything else that went wrong'),
    },
  };
}

function parameter(name: string, { schema, required, in: place }: Field) {
  return { name, in: place, required: place === 'path' || required, schema };
}

function requestBody(fields: [string, Field][]) {
  const inBody = fields.filter(([, field]) => field.in === 'body');
  const schema = {
    type: 'object',
    properties: Object.fromEntries(inBody.map(([name, field]) => [name, field.schema])),
    required: inBody.flatMap(([name, field]) => (field.required ? [name] : [])),
    additionalProperties: false,
  };
  return { required: true, content: { 'application/json': { schema } } };
}

function content({ answer }: RestRoute) {
  if (answer !== 'file') return { 'application/json': { schema: answerSchema(answer) } };
  const text = { schema: { type: 'string' } };
  return { 'text/markdown': text, 'application/json': { schema: {} }, 'text/csv': text };
}

function statusesOf({ method, path }: RestRoute): [number, string][] {
  return [
    [400, 'A field is missing, unknown or wrong: `errors` says which'],
    [401, 'No token, or one that lets nobody in'],
    [403, 'Not within the role or the scopes of the token'],
    ...(path.includes('{') ? [[404, 'There is no such thing'] as [number, string]] : []),
    ...(method === 'POST'
      ? [[409, 'It has moved on: `entry` is the circuit as it is now, and nothing changed'] as [number, string]]
      : []),
  ];
}

function refused(description: string) {
  return { description, content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } } };
}

/** An answer may have more fields than are told here. */
function answerSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
