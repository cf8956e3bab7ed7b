import { nearest } from '../../core/nearest.ts';
import type { Field, RestRoute } from './table.ts';

/** What came with a request, before anything is known of it. */
export interface Came {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** Fields that are wrong, each with what to do. */
export class InputError extends Error {
  readonly errors: { field: string; detail: string }[];

  constructor(errors: { field: string; detail: string }[]) {
    super(errors.map(({ field, detail }) => (field === '' ? detail : `${field}: ${detail}`)).join('; '));
    this.name = 'InputError';
    this.errors = errors;
  }
}

/** Fields named in one answer; a body may bear thousands. */
const mostErrors = 20;

/**
 * The input of a procedure, put together from the address, the query and the body. Numbers and truths of an address become
 * what their field takes; whether they are right is the procedure's to say. Throws `InputError` for a field that there is not.
 */
export function inputOf(
  { method, path, procedure }: RestRoute,
  fields: ReadonlyMap<string, Field>,
  { params, query, body }: Came,
): object {
  if (method === 'POST' && body !== undefined && body !== null && (typeof body !== 'object' || Array.isArray(body)))
    throw new InputError([{ field: '', detail: 'The body is a JSON object, as in {"reason": "regional outage"}.' }]);
  const inQuery = Object.entries(query ?? {});
  const inBody = method === 'POST' ? Object.entries(body ?? {}) : [];
  const place = method === 'GET' ? 'query' : 'body';
  const wrong = [...(place === 'body' ? inQuery : []).map(([field]) => ({ field, detail: notInQuery }))];
  for (const [field] of place === 'body' ? inBody : inQuery) {
    const known = fields.get(field);
    if (known?.in === place) continue;
    const detail = known
      ? `${field} is in the address here: ${path}`
      : unknownField(field, fields, { place, procedure });
    wrong.push({ field, detail });
  }
  if (wrong.length > 0) throw new InputError(wrong.slice(0, mostErrors));
  const texts = [...Object.entries(params ?? {}), ...(place === 'query' ? inQuery : [])];
  const read = texts.map(([field, text]) => [field, fromText(text, fields.get(field))] as const);
  for (const [field, value] of read) {
    const word = place === 'query' ? inWords(value, fields.get(field)) : null;
    if (word !== null) wrong.push({ field, detail: word });
  }
  if (wrong.length > 0) throw new InputError(wrong.slice(0, mostErrors));
  return Object.fromEntries([...read, ...inBody]);
}

/** What a text of the query should have been, where it is not; null: that is for the procedure to say. */
function inWords(value: unknown, field: Field | undefined): string | null {
  if (field?.in !== 'query') return null;
  if (Array.isArray(value)) return 'Give it once.';
  if (typeof value !== 'string') return null;
  if (field.schema.type === 'boolean') return 'Give true or false.';
  return field.schema.type === 'integer' ? 'Give a whole number; times are milliseconds since 1970.' : null;
}

const notInQuery = 'Send it in the JSON body: nothing is taken from the query of an act.';

function unknownField(
  field: string,
  fields: ReadonlyMap<string, Field>,
  { place, procedure }: { place: 'query' | 'body'; procedure: string },
): string {
  const names = [...fields].flatMap(([name, known]) => (known.in === place ? [name] : []));
  const meant = nearest(field, names);
  const there =
    names.length === 0 ? `${procedure} takes none in the ${place}` : `the ${place} takes ${names.join(', ')}`;
  return `There is no such field${meant === null ? '' : `; did you mean "${meant}"`}: ${there}.`;
}

/** `20` → 20 where a whole number is taken, `true` → true where a truth is; all else stays as it is, for the procedure to refuse. */
function fromText(text: unknown, field: Field | undefined): unknown {
  if (typeof text !== 'string') return text;
  const type = field?.schema.type;
  if (type === 'integer') return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
