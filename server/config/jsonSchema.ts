import { z } from 'zod';
import { configSchema } from './schema.ts';

const VARIABLE = '\\$\\{[^}]*\\}';

/** The config as a JSON Schema (draft 7, which editors read), made from what checks it. A variable may stand for any scalar. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => allowVariables(jsonSchema),
  });
  return { ...schema, title: 'Recloser config' };
}

function allowVariables(schema: z.core.JSONSchema.BaseSchema): void {
  // A schema with a default is visited twice.
  if (schema.type === 'string' && schema.pattern !== undefined && !schema.pattern.endsWith(VARIABLE)) {
    schema.pattern = `(${schema.pattern})|${VARIABLE}`;
  }
  const { type } = schema;
  if (!(type === 'number' || type === 'integer' || type === 'boolean' || schema.enum)) return;
  const { description, default: fallback, ...plain } = schema;
  for (const key of Object.keys(plain)) Reflect.deleteProperty(schema, key);
  schema.anyOf = [plain, { type: 'string', pattern: VARIABLE }];
}
