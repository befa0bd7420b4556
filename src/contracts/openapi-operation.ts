import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.ts';
import { isOpen, type Policy } from './policies.ts';
import type { JsonSchema } from './openapi-object.ts';
import { refTo } from './openapi-schemas.ts';

export type Described = Record<string, unknown>;
type SchemaName = Parameters<typeof refTo>[0];

/** A route as it is written down in openapi-paths.ts. */
export interface Operation {
  id: string;
  tag: 'account' | 'sale' | 'purchase' | 'operator' | 'service';
  summary: string;
  description?: string;
  parameters?: Described[];
  body?: SchemaName;
  /** Of the body, when it is not JSON. */
  bodyType?: string;
  /** Status → what it means and what it carries: a body of ours, or a media type. */
  answers: Record<
    number,
    { description: string; schema?: JsonSchema; mediaType?: string; headers?: Described }
  >;
  refusals: ErrorCode[];
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait, with jitter.', schema: { type: 'integer', minimum: 1 } },
};

/** A problem document for each status among the codes, naming them: several codes may share a status. */
function problems(codes: readonly ErrorCode[]): Described {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [
      status,
      {
        description: sharing.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`).join(' '),
        ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
        content: {
          'application/problem+json': {
            schema: { allOf: [refTo('Problem'), { properties: { code: { enum: sharing } } }] },
          },
        },
      },
    ]),
  );
}

/** Of a route that a limit or a store may keep from answering. */
export const LIMITED: ErrorCode[] = ['rate_limited', 'service_unavailable'];
/** What any route may answer besides. */
const ALWAYS: ErrorCode[] = ['method_not_allowed', 'internal_error'];
const WITH_BODY: ErrorCode[] = ['invalid_request', 'body_too_large', 'unsupported_media_type'];

/** As the table of policies says; with an empty entry where a demo asks for no token. */
function securityOf(policy: Policy | undefined): Described {
  if (policy === undefined || isOpen(policy, { isDemo: false })) return {};
  return { security: [...(isOpen(policy, { isDemo: true }) ? [{}] : []), { accessToken: [] }] };
}

/** An operation as OpenAPI has it, with the refusals that every route, or every route with a body, may give. */
export function describeOperation(operation: Operation, policy: Policy | undefined): Described {
  const { id, tag, summary, description, parameters, body, answers, refusals } = operation;
  const { bodyType = 'application/json' } = operation;
  const bodyCodes = body === undefined ? [] : WITH_BODY;
  const described = Object.entries(answers).map(([status, answer]): [string, Described] => [
    status,
    {
      description: answer.description,
      ...(answer.headers ? { headers: answer.headers } : {}),
      ...(answer.schema || answer.mediaType
        ? { content: { [answer.mediaType ?? 'application/json']: { schema: answer.schema ?? {} } } }
        : {}),
    },
  ]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...securityOf(policy),
    ...(parameters ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: { [bodyType]: { schema: refTo(body) } } } } : {}),
    responses: {
      ...problems([...new Set([...bodyCodes, ...refusals, ...ALWAYS])]),
      ...Object.fromEntries(described),
    },
  };
}
