import { object, request, type JsonSchema } from './openapi-object.ts';

const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const name: JsonSchema = { type: 'string', minLength: 1, maxLength: 200 };
const reason: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  description: 'Why, for the audit log.',
};
const currency: JsonSchema = { type: 'string', pattern: '^[A-Z]{3}$', examples: ['EUR'] };
const limit: JsonSchema = { type: 'integer', minimum: 1, maximum: 1000 };
const units: JsonSchema = { type: 'integer', minimum: 0, maximum: 10_000_000 };
const price: JsonSchema = { type: 'integer', minimum: 0, maximum: 2_147_483_647 };
const confirm: JsonSchema = {
  type: 'string',
  maxLength: 200,
  description: 'The name of the sale, letter by letter.',
};
const role: JsonSchema = { enum: ['shopper', 'operator', 'admin'] };
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const schema = (of: string): JsonSchema => ({ $ref: `#/components/schemas/${of}` });
const page = (field: string, of: string): JsonSchema =>
  object({ [field]: list(schema(of)), nextCursor: text }, ['nextCursor']);

const product = { name, description: { type: 'string', maxLength: 2000 }, priceMinor: price, currency };
const sale = { productId: uuid, name, startsAt: time, endsAt: time, perShopperLimit: limit };

/** The bodies of contracts/operator-http.ts, as JSON Schema. */
export const OPERATOR_SCHEMAS = {
  Picture: { type: 'string', format: 'binary' },
  ReasonRequest: request({ reason }, ['reason']),
  OperatorProduct: object({
    ...{ id: uuid, name: text, description: text, imageUrl: text, priceMinor: count, currency },
    ...{ version: count, createdAt: time, updatedAt: time },
  }),
  ProductPage: page('products', 'OperatorProduct'),
  NewProductRequest: request({ ...product, reason }, ['description', 'reason']),
  ProductEditRequest: request({ ...product, reason }, [...Object.keys(product), 'reason']),
  OperatorSale: object(
    {
      ...{ saleId: uuid, productId: uuid, name: text },
      state: { enum: ['draft', 'active', 'paused', 'stopped'] },
      ...{ startsAt: time, endsAt: time, perShopperLimit: limit },
      stock: object({ stockId: uuid, total: count, sold: count }),
      message: { ...text, description: 'What shoppers are told beside the sale.' },
      ...{ version: count, createdAt: time, updatedAt: time },
    },
    ['message'],
  ),
  OperatorSalePage: page('sales', 'OperatorSale'),
  NewSaleRequest: request({ ...sale, stock: units, reason }, ['perShopperLimit', 'reason']),
  SaleEditRequest: request({ ...sale, reason }, [...Object.keys(sale), 'reason']),
  CloneSaleRequest: request({ startsAt: time, endsAt: time, name, stock: units, reason }, [
    'name',
    'stock',
    'reason',
  ]),
  SaleMessageRequest: request({ message: { type: 'string', maxLength: 280 }, reason }, ['reason']),
  ConfirmedRequest: request({ reason, confirm }),
  StockChangeRequest: request(
    {
      delta: { type: 'integer', minimum: -10_000_000, maximum: 10_000_000, not: { const: 0 } },
      reason,
      confirm,
    },
    ['confirm'],
  ),
  StockChange: object({
    changeId: uuid,
    saleId: uuid,
    delta: { type: 'integer' },
    stock: object({ total: count, sold: count }),
  }),
  CancelledOrder: object({
    orderId: uuid,
    attemptId: uuid,
    saleId: uuid,
    quantity: count,
    status: { const: 'cancelled' },
    cancelledAt: time,
  }),
  Reconciled: object({
    saleId: uuid,
    invariants: list(object({ id: text, ok: { type: 'boolean' }, detail: text, checkedAt: time })),
  }),
  Trail: object({
    ...{ attemptId: uuid, saleId: uuid, userId: uuid, quantity: count },
    status: { enum: ['queued', 'confirmed', 'rejected'] },
    events: list(object({ at: time, what: text, detail: { type: 'object' } })),
  }),
  SearchResult: object({
    users: list(schema('OperatorUser')),
    attempts: list(
      object({ attemptId: uuid, saleId: uuid, userId: uuid, quantity: count, status: text, at: time }),
    ),
    orders: list(
      object({
        ...{ orderId: uuid, attemptId: uuid, saleId: uuid, userId: uuid, quantity: count },
        ...{ status: text, at: time },
      }),
    ),
  }),
  OperatorUser: object({
    ...{ id: uuid, email: text, name: text, role, blocked: { type: 'boolean' } },
    ...{ version: count, createdAt: time },
  }),
  UserPage: page('users', 'OperatorUser'),
  UserChangeRequest: request({ role, blocked: { type: 'boolean' }, reason }, ['role', 'blocked']),
  AuditEntry: object(
    {
      ...{ id: count, at: time, actorId: uuid, actorEmail: text, action: text, subject: text, reason: text },
      ...{ before: {}, after: {}, requestId: text },
    },
    ['actorId', 'actorEmail', 'reason', 'before', 'after', 'requestId'],
  ),
  AuditPage: page('entries', 'AuditEntry'),
} as const satisfies Record<string, JsonSchema>;
