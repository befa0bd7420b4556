import type { ErrorCode } from './error-catalogue.ts';
import type { Described, Operation } from './openapi-operation.ts';
import { query, uuid } from './openapi-parameters.ts';
import { ROW_COUNT_HEADER } from './operator-http.ts';
import { refTo } from './openapi-schemas.ts';

type SchemaName = Parameters<typeof refTo>[0];

export const ID: Described = { in: 'path', name: 'id', required: true, schema: uuid };
const KEY: Described = {
  in: 'header',
  name: 'Idempotency-Key',
  description:
    'Printable ASCII; names one change of yours: a repeat gets the same answer and changes nothing.',
  schema: { type: 'string', minLength: 1, maxLength: 128 },
};
const IF_MATCH: Described = {
  in: 'header',
  name: 'If-Match',
  required: true,
  description: 'The `ETag` of the version the edit was made from.',
  schema: { type: 'string', examples: ['"v3"'] },
};
export const PAGE: Described[] = [
  query('limit', { type: 'integer', minimum: 1, maximum: 100 }, 'How many a page.'),
  query('cursor', { type: 'string' }, '`nextCursor` of the page before.'),
];
const ETAG = { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' } } };
const ROW_COUNT = {
  [ROW_COUNT_HEADER]: {
    description:
      'Lines to come after the header, as counted before the first: a few more when it sells meanwhile.',
    schema: { type: 'integer', minimum: 0 },
  },
};
const LOCATION = { Location: { description: 'Where it is.', schema: { type: 'string' } } };
export const ASKED: ErrorCode[] = ['unauthenticated', 'forbidden', 'rate_limited', 'service_unavailable'];

interface Short {
  id: string;
  summary: string;
  description?: string;
  refusals?: ErrorCode[];
}

const common = { tag: 'operator' } as const;

/** A route that reads, and answers 200. */
export function read(short: Short, answer: SchemaName, parameters: Described[] = []): Operation {
  const { refusals = [], ...rest } = short;
  return {
    ...common,
    ...rest,
    parameters,
    answers: { 200: { description: 'As it is now.', schema: refTo(answer) } },
    refusals: ['invalid_request', ...refusals, ...ASKED],
  };
}

/** A route that edits one version, named in `If-Match`. */
export function edit(short: Short, body: SchemaName, answer: SchemaName): Operation {
  const { refusals = [], ...rest } = short;
  return {
    ...common,
    ...rest,
    parameters: [ID, IF_MATCH, KEY],
    body,
    answers: { 200: { description: 'As it is now.', schema: refTo(answer), headers: ETAG } },
    refusals: [
      ...(['precondition_required', 'precondition_failed', 'idempotency_key_reused'] as const),
      ...refusals,
      ...ASKED,
    ],
  };
}

/** A route that changes something once per key; `makes` something new, or is `of` something by its id. */
export function change(
  short: Short,
  body: SchemaName,
  answer: SchemaName,
  { makes = false, of = true } = {},
): Operation {
  const { refusals = [], ...rest } = short;
  return {
    ...common,
    ...rest,
    parameters: of ? [ID, KEY] : [KEY],
    body,
    answers: makes
      ? { 201: { description: 'Made.', schema: refTo(answer), headers: { ...ETAG, ...LOCATION } } }
      : { 200: { description: 'Done; as it is now.', schema: refTo(answer) } },
    refusals: ['idempotency_key_reused', ...refusals, ...ASKED],
  };
}

/** A route that streams a table. */
export function csv(id: string, summary: string): Operation {
  return {
    ...common,
    ...{ id, summary, parameters: [ID] },
    description: 'Streamed. A connection that is cut before its end means that lines are missing.',
    answers: {
      200: { description: 'CSV (RFC 4180) with a header.', mediaType: 'text/csv', headers: ROW_COUNT },
    },
    refusals: ['invalid_request', 'sale_not_found', ...ASKED],
  };
}
