import type { Operation } from './openapi-operation.ts';
import { ASKED, change, edit, ID, PAGE, read } from './openapi-operator-operation.ts';
import { query, uuid } from './openapi-parameters.ts';
import { OPERATOR_SALE_OPERATIONS } from './openapi-operator-sale-paths.ts';

/** The operators' part of the table in openapi-paths.ts. */
export const OPERATOR_OPERATIONS: Record<string, Record<string, Operation>> = {
  '/api/admin/products': {
    get: read({ id: 'listProducts', summary: 'The products, newest first' }, 'ProductPage', [
      ...PAGE,
      query('name', { type: 'string', maxLength: 200 }, 'Part of the name.'),
    ]),
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
  ...OPERATOR_SALE_OPERATIONS,
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
    get: read(
      { id: 'search', summary: 'Users, attempts (in flight too) and orders by an id or an e-mail' },
      'SearchResult',
      [
        query(
          'q',
          { type: 'string', minLength: 3, maxLength: 254 },
          'An e-mail, or an id of any of them.',
          true,
        ),
      ],
    ),
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
      query('actorEmail', { type: 'string', maxLength: 200 }, 'By whom: the whole e-mail.'),
      query('from', { type: 'string', format: 'date-time' }, 'Not before this time.'),
      query('until', { type: 'string', format: 'date-time' }, 'Before this time.'),
    ]),
  },
  '/api/admin/queues/session': {
    post: {
      id: 'openBoard',
      tag: 'operator',
      summary: 'Let a browser open the board of the queue',
      description:
        'Lends this access token to reads below `/api/admin/queues`, until it is over and for 15 minutes at most.',
      answers: {
        204: {
          description: 'Open `/api/admin/queues`.',
          headers: {
            'Set-Cookie': { description: 'For /api/admin/queues only.', schema: { type: 'string' } },
          },
        },
      },
      refusals: ['invalid_request', ...ASKED],
    },
  },
  '/api/admin/queues': {
    get: {
      id: 'readBoard',
      tag: 'operator',
      summary: 'The board of the queue (bull-board), which changes nothing',
      description:
        'What its page loads lies below, for the same askers. The cookie of its session counts too.',
      parameters: [
        query('jobsPerPage', { type: 'integer', minimum: 1, maximum: 50 }, 'Of what the page reads.'),
      ],
      answers: { 200: { description: 'The page.', mediaType: 'text/html' } },
      refusals: ['invalid_request', ...ASKED],
    },
  },
};
