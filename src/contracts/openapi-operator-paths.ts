import type { ErrorCode } from './error-catalogue.ts';
import type { Described, Operation } from './openapi-operation.ts';
import type { JsonSchema } from './openapi-object.ts';
import { refTo } from './openapi-schemas.ts';

type SchemaName = Parameters<typeof refTo>[0];

const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const ID: Described = { in: 'path', name: 'id', required: true, schema: uuid };
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
const PAGE: Described[] = [
  query('limit', { type: 'integer', minimum: 1, maximum: 100 }, 'How many a page.'),
  query('cursor', { type: 'string' }, '`nextCursor` of the page before.'),
];
const ETAG = { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' } } };
const LOCATION = { Location: { description: 'Where it is.', schema: { type: 'string' } } };
const ASKED: ErrorCode[] = ['unauthenticated', 'forbidden', 'rate_limited', 'service_unavailable'];

interface Short {
  id: string;
  summary: string;
  description?: string;
  refusals?: ErrorCode[];
}

const common = { tag: 'operator' } as const;

function read(short: Short, answer: SchemaName, parameters: Described[] = []): Operation {
  const { refusals = [], ...rest } = short;
  return {
    ...common,
    ...rest,
    parameters,
    answers: { 200: { description: 'As it is now.', schema: refTo(answer) } },
    refusals: ['invalid_request', ...refusals, ...ASKED],
  };
}

function edit(short: Short, body: SchemaName, answer: SchemaName): Operation {
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

function change(
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

function csv(id: string, summary: string): Operation {
  return {
    ...common,
    ...{ id, summary, parameters: [ID] },
    description: 'Streamed. A connection that is cut before its end means that lines are missing.',
    answers: { 200: { description: 'CSV (RFC 4180) with a header.', mediaType: 'text/csv' } },
    refusals: ['invalid_request', 'sale_not_found', ...ASKED],
  };
}

function query(name: string, schema: JsonSchema, description: string, required = false): Described {
  return { in: 'query', name, schema, description, ...(required ? { required } : {}) };
}

/** The operators' part of the table in openapi-paths.ts. */
export const OPERATOR_OPERATIONS: Record<string, Record<string, Operation>> = {
  '/api/admin/products': {
    get: read({ id: 'listProducts', summary: 'The products, newest first' }, 'ProductPage', PAGE),
    post: change({ id: 'createProduct', summary: 'Make a product' }, 'NewProductRequest', 'OperatorProduct', {
      makes: true,
      of: false,
    }),
  },
  '/api/admin/products/{id}': {
    get: read(
      { id: 'readProduct', summary: 'A product', refusals: ['product_not_found'] },
      'OperatorProduct',
      [ID],
    ),
    patch: edit(
      {
        id: 'editProduct',
        summary: 'Edit a product',
        description: 'Its price stays while a sale of it is open.',
        refusals: ['product_not_found', 'product_on_sale'],
      },
      'ProductEditRequest',
      'OperatorProduct',
    ),
  },
  '/api/admin/products/{id}/picture': {
    post: {
      ...edit(
        {
          id: 'setPicture',
          summary: 'Give a product a picture',
          description:
            'A whole PNG, JPEG or WebP of at most 1 MB and 4,096 pixels a side; only what makes the picture is kept.',
          refusals: ['product_not_found', 'invalid_request', 'body_too_large'],
        },
        'Picture',
        'OperatorProduct',
      ),
      bodyType: 'image/*',
    },
  },
  '/api/admin/sales': {
    get: read(
      { id: 'listOperatorSales', summary: 'The sales, drafts too, newest first' },
      'OperatorSalePage',
      PAGE,
    ),
    post: change(
      { id: 'createSale', summary: 'Make a draft of a sale; shoppers see it once it is published' },
      'NewSaleRequest',
      'OperatorSale',
      { makes: true, of: false },
    ),
  },
  '/api/admin/sales/{id}': {
    get: read({ id: 'readSale', summary: 'A sale', refusals: ['sale_not_found'] }, 'OperatorSale', [ID]),
    patch: edit(
      {
        id: 'editSale',
        summary: 'Edit a sale, until ten seconds before it opens',
        refusals: ['sale_not_found', 'sale_not_editable'],
      },
      'SaleEditRequest',
      'OperatorSale',
    ),
  },
  '/api/admin/sales/{id}/clone': {
    post: change(
      { id: 'cloneSale', summary: 'Make a draft like this sale', refusals: ['sale_not_found'] },
      'CloneSaleRequest',
      'OperatorSale',
      { makes: true },
    ),
  },
  '/api/admin/sales/{id}/publish': {
    post: change(
      {
        id: 'publishSale',
        summary: 'Publish a draft; its gate is open when this answers',
        refusals: ['sale_not_found', 'sale_stopped', 'sale_ended'],
      },
      'ReasonRequest',
      'OperatorSale',
    ),
  },
  '/api/admin/sales/{id}/pause': {
    post: change(
      {
        id: 'pauseSale',
        summary: 'Pause a sale, everywhere at once',
        refusals: ['sale_not_found', 'sale_not_published', 'sale_stopped'],
      },
      'ReasonRequest',
      'OperatorSale',
    ),
  },
  '/api/admin/sales/{id}/resume': {
    post: change(
      {
        id: 'resumeSale',
        summary: 'Let a paused sale go on',
        refusals: ['sale_not_found', 'sale_not_published', 'sale_stopped'],
      },
      'ReasonRequest',
      'OperatorSale',
    ),
  },
  '/api/admin/sales/{id}/stop': {
    post: change(
      {
        id: 'stopSale',
        summary: 'Stop a sale for good',
        description: 'With a reason, and the name of the sale in `confirm`.',
        refusals: ['sale_not_found', 'sale_not_published'],
      },
      'ConfirmedRequest',
      'OperatorSale',
    ),
  },
  '/api/admin/sales/{id}/stock': {
    post: change(
      {
        id: 'changeStock',
        summary: 'Put units on sale, or take them off',
        description:
          'Never fewer than are sold and promised. Taking units off needs the name of the sale in `confirm`. Should the answer get lost, the change goes through by itself: repeat it with the same `Idempotency-Key`.',
        refusals: ['sale_not_found', 'stock_not_available', 'gate_closed'],
      },
      'StockChangeRequest',
      'StockChange',
    ),
  },
  '/api/admin/orders/{id}/cancel': {
    post: change(
      {
        id: 'cancelOrder',
        summary: 'Cancel an order; its units go back on sale',
        description: 'With a reason, and the name of the sale in `confirm`.',
        refusals: ['order_not_found', 'order_cancelled'],
      },
      'ConfirmedRequest',
      'CancelledOrder',
    ),
  },
  '/api/admin/sales/{id}/reconcile': {
    post: change(
      {
        id: 'reconcileSale',
        summary: "Repair a sale's gate now; tells how its promises stand",
        refusals: ['sale_not_found'],
      },
      'ReasonRequest',
      'Reconciled',
    ),
  },
  '/api/admin/sales/{id}/orders.csv': { get: csv('exportOrders', 'The orders of a sale, first come first') },
  '/api/admin/sales/{id}/attempts.csv': {
    get: csv('exportAttempts', 'The decided attempts of a sale, first come first'),
  },
  '/api/admin/attempts/{id}/trail': {
    get: read(
      {
        id: 'readTrail',
        summary: 'Everything known of an attempt, in the order of time',
        refusals: ['attempt_not_found'],
      },
      'Trail',
      [ID],
    ),
  },
  '/api/admin/search': {
    get: read({ id: 'search', summary: 'Users, attempts and orders by an id or an e-mail' }, 'SearchResult', [
      query(
        'q',
        { type: 'string', minLength: 3, maxLength: 254 },
        'An e-mail, or an id of any of them.',
        true,
      ),
    ]),
  },
  '/api/admin/users': {
    get: read({ id: 'listUsers', summary: 'The users, newest first' }, 'UserPage', [
      ...PAGE,
      query('email', { type: 'string', maxLength: 254 }, 'Part of the e-mail.'),
      query('role', { enum: ['shopper', 'operator', 'admin'] }, 'Only these.'),
      query('blocked', { type: 'boolean' }, 'Only those who are, or are not.'),
    ]),
  },
  '/api/admin/users/{id}': {
    get: read({ id: 'readUser', summary: 'A user', refusals: ['user_not_found'] }, 'OperatorUser', [ID]),
    patch: edit(
      {
        id: 'changeUser',
        summary: "Change a user's role, block or unblock one; for admins",
        refusals: ['user_not_found', 'own_account', 'last_admin'],
      },
      'UserChangeRequest',
      'OperatorUser',
    ),
  },
  '/api/admin/audit': {
    get: read({ id: 'listAudit', summary: 'Who changed what, newest first' }, 'AuditPage', [
      ...PAGE,
      query('subject', { type: 'string', maxLength: 100 }, 'What was changed: `sale:<id>`.'),
      query('action', { type: 'string', maxLength: 100 }, 'How: `sale.pause`.'),
      query('actorId', uuid, 'By whom.'),
    ]),
  },
};
