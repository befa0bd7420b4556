import { ACCOUNT_OPERATIONS } from './openapi-account-paths.ts';
import { LIMITED, type Operation } from './openapi-operation.ts';
import { OPERATOR_OPERATIONS } from './openapi-operator-paths.ts';
import { query, uuid } from './openapi-parameters.ts';
import { refTo } from './openapi-schemas.ts';

const SALE_ID = query('saleId', uuid, 'Without it: the open sale opened last, else the next, else the last.');
const health = { schema: refTo('Health') };

const HEALTH_ANSWERS = {
  200: { description: 'All is well.', ...health },
  503: { description: 'Something named in `checks` is not.', ...health },
};

/** Path → method → operation: every route of the API. A test compares it with the routes there are. */
export const OPERATIONS: Record<string, Record<string, Operation>> = {
  ...ACCOUNT_OPERATIONS,
  '/api/pictures/{hash}': {
    get: {
      id: 'picture',
      tag: 'sale',
      summary: 'A picture of a product, for ever the same',
      parameters: [
        { in: 'path', name: 'hash', required: true, schema: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
      ],
      answers: { 200: { description: 'PNG, JPEG or WebP.', mediaType: 'image/*' } },
      refusals: ['invalid_request', 'not_found', ...LIMITED],
    },
  },
  '/api/flash-sale': {
    get: {
      id: 'listSales',
      tag: 'sale',
      summary: 'The sales there are',
      answers: { 200: { description: 'The sales.', schema: refTo('SaleList') } },
      refusals: LIMITED,
    },
  },
  '/api/flash-sale/time': {
    get: {
      id: 'serverTime',
      tag: 'sale',
      summary: "The time by the gate's clock, to set a page's countdown by",
      answers: { 200: { description: 'Now; not cached.', schema: refTo('Time') } },
      refusals: LIMITED,
    },
  },
  '/api/flash-sale/status': {
    get: {
      id: 'saleStatus',
      tag: 'sale',
      summary: 'What a sale is like now',
      description: 'At most 250 ms old; cacheable for a second.',
      parameters: [SALE_ID],
      answers: {
        200: { description: 'The status.', schema: refTo('SaleStatus') },
        304: { description: 'Not changed since the `ETag` in `If-None-Match`.' },
      },
      refusals: ['invalid_request', 'sale_not_found', 'service_unavailable'],
    },
  },
  '/api/flash-sale/stats': {
    get: {
      id: 'saleStats',
      tag: 'sale',
      summary: 'The live figures of a sale, for operators; for anyone in a demo',
      parameters: [SALE_ID],
      answers: { 200: { description: 'The figures.', schema: refTo('Stats') } },
      refusals: ['invalid_request', 'unauthenticated', 'forbidden', 'sale_not_found', ...LIMITED],
    },
  },
  '/api/purchase/attempt': {
    post: {
      id: 'attempt',
      tag: 'purchase',
      summary: 'Try to buy',
      description:
        'Refusals are checked in this order: 405, 415, 413, 401, 403, 400, then the gate. Repeat a lost answer with the same `Idempotency-Key`: it is the same attempt, never a second one.',
      parameters: [
        {
          in: 'header',
          name: 'Idempotency-Key',
          description: 'Printable ASCII; names one wish of this shopper for this sale.',
          schema: { type: 'string', minLength: 1, maxLength: 128 },
        },
      ],
      body: 'AttemptRequest',
      answers: {
        202: {
          description: 'Accepted and in line, or a replay of the same attempt with its status now.',
          schema: refTo('AttemptStatus'),
          headers: { Location: { description: 'Where its status is.', schema: { type: 'string' } } },
        },
        200: {
          description: 'Decided already: the outcome, stored for good (`ACK_DURABILITY=committed`).',
          schema: refTo('AttemptStatus'),
        },
      },
      refusals: [
        ...(['unauthenticated', 'forbidden', 'sale_not_found', 'sale_not_started', 'sale_paused'] as const),
        ...([
          'sale_ended',
          'sold_out',
          'not_enough_left',
          'limit_reached',
          'idempotency_key_reused',
        ] as const),
        ...(['rate_limited', 'gate_closed', 'overloaded', 'outcome_unknown'] as const),
      ],
    },
  },
  '/api/purchase/status': {
    get: {
      id: 'attemptStatus',
      tag: 'purchase',
      summary: 'What became of an attempt of yours',
      parameters: [
        query('attemptId', uuid, 'This attempt. Either this or `saleId`.'),
        query('saleId', uuid, 'Your latest attempt of this sale.'),
      ],
      answers: {
        200: {
          description: 'The attempt, or `none` when you have not tried.',
          schema: { anyOf: [refTo('AttemptStatus'), refTo('NoAttempt')] },
        },
      },
      refusals: [
        'invalid_request',
        'unauthenticated',
        'forbidden',
        'sale_not_found',
        'attempt_not_found',
        ...LIMITED,
      ],
    },
  },
  '/api/purchase/user/{userId}': {
    get: {
      id: 'listOrders',
      tag: 'purchase',
      summary: "A user's orders, newest first, for that user and operators",
      parameters: [
        { in: 'path', name: 'userId', required: true, schema: uuid },
        query('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 'Orders a page.'),
        query('cursor', { type: 'string' }, '`nextCursor` of the page before.'),
      ],
      answers: { 200: { description: 'A page of orders.', schema: refTo('OrderPage') } },
      refusals: ['invalid_request', 'unauthenticated', 'forbidden', ...LIMITED],
    },
  },
  ...OPERATOR_OPERATIONS,
  '/metrics': {
    get: {
      id: 'metrics',
      tag: 'service',
      summary: 'The figures of all processes, for Prometheus',
      description:
        'For who asks a process directly from its own private network: through a proxy, or from a public address, it is `not_found`.',
      answers: { 200: { description: 'Text format 0.0.4; at most a second old.', mediaType: 'text/plain' } },
      refusals: ['not_found'],
    },
  },
  '/api/health': {
    get: {
      id: 'health',
      tag: 'service',
      summary: 'Whether the stores and the queue answer',
      answers: HEALTH_ANSWERS,
      refusals: [],
    },
  },
  '/api/health/ready': {
    get: {
      id: 'ready',
      tag: 'service',
      summary: 'Whether a shopper can buy: stores take writes, page built, gates warm, a worker lives',
      answers: HEALTH_ANSWERS,
      refusals: [],
    },
  },
  '/api/health/live': {
    get: {
      id: 'live',
      tag: 'service',
      summary: 'Whether this process answers',
      answers: { 200: HEALTH_ANSWERS[200] },
      refusals: [],
    },
  },
  '/api/openapi.json': {
    get: {
      id: 'openApi',
      tag: 'service',
      summary: 'This document',
      answers: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } } },
      refusals: LIMITED,
    },
  },
  '/api/docs': {
    get: {
      id: 'docs',
      tag: 'service',
      summary: 'This document as a page',
      answers: { 200: { description: 'The page.', mediaType: 'text/html' } },
      refusals: LIMITED,
    },
  },
  '/api/docs/{file}': {
    get: {
      id: 'docsFile',
      tag: 'service',
      summary: "The page's scripts and styles",
      parameters: [{ in: 'path', name: 'file', required: true, schema: { type: 'string' } }],
      answers: { 200: { description: 'A file.', mediaType: '*/*' } },
      refusals: ['not_found', ...LIMITED],
    },
  },
};
