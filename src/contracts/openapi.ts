import { describeOperation } from './openapi-operation.ts';
import { OPERATIONS } from './openapi-paths.ts';
import { POLICIES, type Policy } from './policies.ts';
import { SCHEMAS } from './openapi-schemas.ts';

/** Makes the OpenAPI 3.1 document of the API. */
export function createOpenApiDocument({ version }: { version: string }): Record<string, unknown> {
  const paths = Object.entries(OPERATIONS).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method,
        describeOperation(operation, policyOf(method, path)),
      ]),
    ),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stampede',
      version,
      description:
        'Flash-sale purchase engine. Times are ISO 8601 UTC, money is integer minor units with a currency. Refusals are RFC 9457 problem documents; decide by `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'account' },
      { name: 'sale' },
      { name: 'purchase' },
      { name: 'operator' },
      { name: 'service' },
    ],
    paths: Object.fromEntries(paths) as Record<string, unknown>,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** The table writes `:parameter` where OpenAPI writes `{parameter}`. */
function policyOf(method: string, path: string): Policy | undefined {
  const table: Readonly<Record<string, Policy | undefined>> = POLICIES;
  return table[`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`];
}
