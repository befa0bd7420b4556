export type JsonSchema = Record<string, unknown>;

/** An object all of whose fields are there, but for those named optional. */
export function object(properties: Record<string, JsonSchema>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

/** A request body: what is not named is refused. */
export function request(
  properties: Record<string, JsonSchema>,
  optional: readonly string[] = [],
): JsonSchema {
  return { ...object(properties, optional), additionalProperties: false };
}
