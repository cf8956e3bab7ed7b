import { z } from 'zod';
import type { Role } from '../../core/roles.ts';
import { annotateInput, exportInput, incidentFilter, incidentInput } from '../../operations/incidentInputs.ts';
import {
  auditFilter,
  circuitInput,
  holdInput,
  probeInput,
  releaseInput,
  requestFilter,
  requestInput,
  resetInput,
  tripInput,
} from '../../operations/inputs.ts';
import { about, acted, auditPage, circuit, circuits, noted, probed } from './answers.ts';
import { incident, incidentPage } from './incidentAnswers.ts';
import { request, requestPage } from './requestAnswers.ts';

/** One route of the REST API: a procedure under an address of its own, which decides all but the shape of what goes over the wire. */
export interface RestRoute {
  method: 'GET' | 'POST';
  /** Below `/api/v1`; parts in braces are fields of the input. */
  path: string;
  procedure: string;
  /** The role that the procedure names; a test holds the two together. */
  role: Role;
  /** What it does, in a line. */
  summary: string;
  /** What the procedure takes; null: nothing. With GET it comes in the query, with POST in a JSON body, less what is in the path. */
  input: z.ZodObject | null;
  /** What it answers with 200; `file`: the file that the procedure gives, as it is. */
  answer: z.ZodType | 'file';
}

export const restRoutes: readonly RestRoute[] = [
  look('/about', 'about.get', { summary: 'The program, and who asks', input: null, answer: about }),
  look('/circuits', 'circuits.list', { summary: 'Every circuit as it stands', input: null, answer: circuits }),
  look('/circuits/{provider}', 'circuits.get', {
    summary: 'One circuit as it stands',
    input: circuitInput,
    answer: circuit,
  }),
  act('/circuits/{provider}/trip', 'circuits.trip', {
    summary: 'Take a provider out, for a time or until it is released',
    input: tripInput,
    answer: acted,
  }),
  act('/circuits/{provider}/hold', 'circuits.hold', {
    summary: 'Keep sending to a provider whatever its circuit says, always with an end',
    input: holdInput,
    answer: acted,
  }),
  act('/circuits/{provider}/release', 'circuits.release', {
    summary: 'Take a trip or a hold off: back to what the circuit has learned',
    input: releaseInput,
    answer: acted,
  }),
  act('/circuits/{provider}/reset', 'circuits.reset', {
    summary: 'Forget what the circuit has learned',
    input: resetInput,
    answer: acted,
  }),
  act('/circuits/{provider}/probe', 'circuits.probe', {
    summary: 'Ask a provider one small question now; it costs a fraction of a cent',
    input: probeInput,
    answer: probed,
  }),
  look('/incidents', 'incidents.list', {
    summary: 'Incidents, the newest first',
    input: incidentFilter,
    answer: incidentPage,
  }),
  look('/incidents/{id}', 'incidents.get', {
    summary: 'One incident with all that is told of it',
    input: incidentInput,
    answer: incident,
  }),
  look('/incidents/{id}/export', 'incidents.export', {
    summary: 'The report of an incident as a file: Markdown, JSON, or its timeline as CSV',
    input: exportInput,
    answer: 'file',
  }),
  act('/incidents/{id}/notes', 'incidents.annotate', {
    summary: 'Write a note on an incident, or star a row of its timeline',
    input: annotateInput,
    answer: noted,
  }),
  look('/requests', 'requests.list', {
    summary: 'Requests, the newest first',
    input: requestFilter,
    answer: requestPage,
  }),
  look('/requests/{id}', 'requests.get', {
    summary: 'One request with every attempt and skip, and why',
    input: requestInput,
    answer: request,
  }),
  look('/audit', 'audit.list', {
    summary: 'Who did what, when and why, the newest first',
    input: auditFilter,
    answer: auditPage,
  }),
];

type Rest = Pick<RestRoute, 'summary' | 'input' | 'answer'>;

function look(path: string, procedure: string, rest: Rest): RestRoute {
  return { method: 'GET', path, procedure, role: 'viewer', ...rest };
}

function act(path: string, procedure: string, rest: Rest): RestRoute {
  return { method: 'POST', path, procedure, role: 'operator', ...rest };
}

/** A field of an input, as far as addresses need it. */
export interface Field {
  schema: z.core.JSONSchema.BaseSchema;
  required: boolean;
  in: 'path' | 'query' | 'body';
}

/** The fields that a route takes, and where each comes from. */
export function fieldsOf({ method, path, input }: RestRoute): ReadonlyMap<string, Field> {
  if (input === null) return new Map();
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' });
  const inPath = namesIn(path);
  const place = method === 'GET' ? 'query' : 'body';
  return new Map(
    Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === 'boolean'
        ? []
        : [[name, { schema, required: required.includes(name), in: inPath.includes(name) ? 'path' : place }]],
    ),
  );
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}
