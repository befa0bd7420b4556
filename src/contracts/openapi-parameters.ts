import type { JsonSchema } from './openapi-object.ts';
import type { Described } from './openapi-operation.ts';

export const uuid: JsonSchema = { type: 'string', format: 'uuid' };

/** A parameter of the query. */
export function query(name: string, schema: JsonSchema, description: string, required = false): Described {
  return { in: 'query', name, schema, description, ...(required ? { required } : {}) };
}
