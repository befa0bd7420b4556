import type { Operation } from './openapi-operation.ts';
import { change, csv, edit, ID, PAGE, read } from './openapi-operator-operation.ts';
import { query, uuid } from './openapi-parameters.ts';

/** What operators do with a sale: its part of the table in openapi-paths.ts. */
export const OPERATOR_SALE_OPERATIONS: Record<string, Record<string, Operation>> = {
  '/api/admin/sales': {
    get: read(
      { id: 'listOperatorSales', summary: 'The sales, drafts too, newest first' },
      'OperatorSalePage',
      [
        ...PAGE,
        query('name', { type: 'string', maxLength: 200 }, 'Part of the name.'),
        query('state', { enum: ['draft', 'active', 'paused', 'stopped'] }, 'As operators set it.'),
        query('when', { enum: ['upcoming', 'running', 'over'] }, 'Where it is in its window.'),
        query('productId', uuid, 'Only sales of this product.'),
      ],
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
  '/api/admin/sales/{id}/message': {
    post: change(
      {
        id: 'tellShoppers',
        summary: 'Tell something to all who look at a sale',
        description: 'On every page within a second. An empty message takes it off.',
        refusals: ['sale_not_found', 'sale_not_published'],
      },
      'SaleMessageRequest',
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
  '/api/admin/sales/{id}/live': {
    get: read(
      {
        id: 'readLive',
        summary: 'All that happens in a sale now, and within the past hour',
        description: 'What a store that does not answer would have told is left out.',
        refusals: ['sale_not_found'],
      },
      'Live',
      [
        ID,
        query(
          'since',
          { type: 'integer', minimum: 0, maximum: 9_999_999_999 },
          'Only what is new after that; epoch seconds.',
        ),
      ],
    ),
  },
  '/api/admin/sales/{id}/preflight': {
    get: read(
      {
        id: 'runPreflight',
        summary: 'Look at all that a drop stands on: green, or what to do',
        refusals: ['sale_not_found'],
      },
      'Preflight',
      [ID],
    ),
  },
  '/api/admin/sales/{id}/orders.csv': { get: csv('exportOrders', 'The orders of a sale, first come first') },
  '/api/admin/sales/{id}/attempts.csv': {
    get: csv('exportAttempts', 'The decided attempts of a sale, first come first'),
  },
};
