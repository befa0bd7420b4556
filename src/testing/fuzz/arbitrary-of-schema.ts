import fc from 'fast-check';

/** As much of JSON Schema as the OpenAPI document uses. */
export interface FuzzSchema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, FuzzSchema>;
  required?: readonly string[];
  items?: FuzzSchema;
}

export type FindSchema = (ref: string) => FuzzSchema;

/** What breaks parsers, queries, logs and file names. */
export const NASTY: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...[
      "' or 1=1 --",
      '"; drop table users; --',
      '$(reboot)',
      '{{7*7}}',
      '${7*7}',
      '<script>alert(1)</script>',
    ],
    ...['../../../etc/passwd', '..%2f..%2f', '%00', '\u0000', '\ud800', '\u202e', 'é'.repeat(2_000), ' '],
    ...[
      'null',
      'NaN',
      'Infinity',
      '-1',
      '1e309',
      '9'.repeat(400),
      '0x10',
      '',
      '[]',
      '{}',
      '\r\nX-Injected: 1',
    ],
    ...['=cmd()', '__proto__', 'constructor', '*', '%', '_', '\\', 'eyJhbGciOiJub25lIn0.e30.'],
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

const ANYTHING: fc.Arbitrary<unknown> = fc.oneof(
  NASTY,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[[[[[]]]]]]),
);

/** Values as a schema says, of known ids too. */
export function arbitraryOf(
  schema: FuzzSchema,
  find: FindSchema,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return arbitraryOf(find(schema.$ref), find, ids);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const { minimum: min = -1_000, maximum: max = 1_000_000, minLength = 0, maxLength = 50 } = schema;
  switch (schema.type) {
    case 'object':
      return objectOf(schema, find, ids);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, find, ids), { maxLength: 3 });
    case 'integer':
      return fc.integer({ min, max });
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      if (schema.format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
      if (schema.format === 'email') return fc.emailAddress();
      if (schema.format === 'date-time')
        return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
      return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) });
    default:
      return ANYTHING;
  }
}

function objectOf(schema: FuzzSchema, find: FindSchema, ids: readonly string[]): fc.Arbitrary<object> {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, arbitraryOf(field, find, ids)] as const,
  );
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

/** A body as it should be, or with one thing wrong: a field of another kind, one too many, one too few, or no object at all. */
export function spoiled(good: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const text = (value: unknown): string => JSON.stringify(value);
  const change = fc
    .tuple(good, fc.nat(), ANYTHING, fc.constantFrom('replace', 'add', 'drop'))
    .map(([body, at, value, how]) => {
      if (typeof body !== 'object' || body === null) return text(value);
      const fields = Object.entries(body);
      const index = fields.length === 0 ? 0 : at % fields.length;
      if (how === 'drop') return text(Object.fromEntries(fields.filter((_, n) => n !== index)));
      if (how === 'replace')
        return text(Object.fromEntries(fields.map(([name, old], n) => [name, n === index ? value : old])));
      const added = ['role', 'isAdmin', 'userId', 'id', '__proto__', 'blocked', 'total'][at % 7] ?? 'role';
      return `${text(body).slice(0, -1)}${fields.length > 0 ? ',' : ''}${JSON.stringify(added)}:${text(value) || 'null'}}`;
    });
  return fc.oneof(
    { weight: 3, arbitrary: good.map(text) },
    { weight: 5, arbitrary: change },
    {
      weight: 1,
      arbitrary: fc.oneof(NASTY, ANYTHING.map(text), fc.constant('{"a":'), fc.constant('x'.repeat(5_000))),
    },
  );
}
