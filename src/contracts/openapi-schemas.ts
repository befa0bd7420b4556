import { ERROR_CATALOGUE, REJECTION_REASONS } from './error-catalogue.ts';
import { object, request, type JsonSchema } from './openapi-object.ts';
import { LIVE_SCHEMAS } from './openapi-live-schemas.ts';
import { OPERATOR_SCHEMAS } from './openapi-operator-schemas.ts';

const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const amount: JsonSchema = { type: 'number', minimum: 0 };
const currency: JsonSchema = { type: 'string', minLength: 3, maxLength: 3, examples: ['EUR'] };
const saleState: JsonSchema = { enum: ['scheduled', 'open', 'paused', 'sold_out', 'ended'] };

export const refTo = (name: keyof typeof SCHEMAS): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const counts: JsonSchema = { type: 'object', additionalProperties: count };
const schema = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

const attempt = {
  attemptId: uuid,
  saleId: uuid,
  quantity: { type: 'integer', minimum: 1, maximum: 1000 },
};
const check = object({ ok: { type: 'boolean' }, latencyMs: amount, detail: text }, ['detail']);

const newPassword: JsonSchema = {
  type: 'string',
  minLength: 10,
  maxLength: 128,
  description: 'Not one of the commonest passwords.',
};

/** The bodies of contracts/http.ts and the problem document, as JSON Schema. */
export const SCHEMAS = {
  Problem: object(
    {
      type: { type: 'string', format: 'uri' },
      title: text,
      status: { type: 'integer' },
      code: { enum: Object.keys(ERROR_CATALOGUE) },
      detail: { type: 'string', description: 'What to do next.' },
      requestId: text,
      retryable: { type: 'boolean' },
      attemptId: uuid,
      remaining: count,
      errors: list(object({ field: text, message: text })),
    },
    ['attemptId', 'remaining', 'errors'],
  ),
  RegisterRequest: request(
    {
      email: { type: 'string', format: 'email', maxLength: 254 },
      password: newPassword,
      name: { type: 'string', maxLength: 100 },
    },
    ['name'],
  ),
  LoginRequest: request({ email: { type: 'string', format: 'email' }, password: text }),
  ChangePasswordRequest: request({ currentPassword: text, newPassword }),
  DeleteAccountRequest: request(
    { password: { type: 'string', description: 'Of whoever has one; guests have none.' } },
    ['password'],
  ),
  GuestRequest: request({}),
  AttemptRequest: request({ saleId: uuid, quantity: { ...attempt.quantity, default: 1 } }, ['quantity']),
  User: object({ id: uuid, email: text, name: text, role: { enum: ['shopper', 'operator', 'admin'] } }),
  Session: object({
    user: schema('User'),
    accessToken: text,
    expiresIn: { ...count, description: 'Seconds until the access token expires.' },
  }),
  Product: object({ id: uuid, name: text, description: text, imageUrl: text, priceMinor: count, currency }),
  SaleStatus: object(
    {
      saleId: uuid,
      name: text,
      product: schema('Product'),
      state: saleState,
      startsAt: time,
      endsAt: time,
      serverTime: time,
      stock: object({ total: count, remaining: count }),
      perShopperLimit: { type: 'integer', minimum: 1 },
      message: { ...text, description: 'From the shop to all who look at the sale.' },
      seq: {
        ...count,
        description:
          "The gate's version: ignore a body with a lower one, or with the same one and an older serverTime.",
      },
    },
    ['message'],
  ),
  SaleList: object({ sales: list(schema('SaleStatus')) }),
  Time: object({ serverTime: time }),
  AttemptStatus: object(
    {
      ...attempt,
      status: { enum: ['queued', 'confirmed', 'rejected'] },
      reason: { enum: REJECTION_REASONS },
      orderId: uuid,
      position: {
        type: 'integer',
        minimum: 1,
        description: "1 + the sale's admitted attempts ahead that are not settled; it never rises.",
      },
      queuedAt: time,
      settledAt: time,
    },
    ['reason', 'orderId', 'position', 'settledAt'],
  ),
  NoAttempt: object({ status: { const: 'none' } }),
  Order: object({
    orderId: uuid,
    attemptId: uuid,
    saleId: uuid,
    productId: uuid,
    productName: text,
    quantity: attempt.quantity,
    unitPriceMinor: count,
    currency,
    status: { enum: ['confirmed', 'cancelled'] },
    createdAt: time,
  }),
  OrderPage: object({ orders: list(schema('Order')), nextCursor: text }, ['nextCursor']),
  Percentiles: object({ p50: amount, p95: amount, p99: amount }),
  Stats: object({
    saleId: uuid,
    state: saleState,
    serverTime: time,
    stock: object({ total: count, sold: count, promised: count, remaining: count }),
    attempts: object({ received: count, admitted: count, confirmed: count, rejected: counts }),
    queue: object({ waiting: count, active: count, delayed: count, failed: count, oldestMs: amount }),
    repairs: object({
      gatesRebuilt: count,
      attemptsAdopted: count,
      batchesEnqueuedAgain: count,
      unitsCorrected: count,
    }),
    throughput: object({ attemptsPerSec: amount, confirmedPerSec: amount }),
    latencyMs: object({
      accept: schema('Percentiles'),
      settle: schema('Percentiles'),
      outcome: schema('Percentiles'),
    }),
    invariants: list(object({ id: text, ok: { type: 'boolean' }, detail: text, checkedAt: time })),
    series: list(
      object({
        at: { ...count, description: 'Epoch seconds.' },
        received: count,
        admitted: count,
        confirmed: count,
        rejected: count,
      }),
    ),
  }),
  Health: object({
    status: { enum: ['ok', 'unavailable'] },
    version: text,
    commit: text,
    checks: object(
      { postgres: check, redis: check, queue: check, client: check, gates: check, worker: check },
      ['client', 'gates', 'worker'],
    ),
  }),
  ...OPERATOR_SCHEMAS,
  ...LIVE_SCHEMAS,
} as const satisfies Record<string, JsonSchema>;
