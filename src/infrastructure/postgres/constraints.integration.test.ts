import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { givenProduct, givenSale, givenShoppers } from '../../testing/test-sale.ts';

type Row = Record<string, unknown>;

let database: TestDatabase;
let good: Record<string, () => Row | Promise<Row>>;
/** Stored already: a second row with one of these is refused. */
let stored: { attempt: Row; order: Row; refreshToken: Row; user: Row; stock: Row; movement: Row };

const write = (table: string, row: Row) => database.db(table).insert(row);
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 2 });
  const { db } = database;
  const productId = await givenProduct(db);
  const { saleId, stockId } = await givenSale({ db }, { productId });
  const [userId] = await givenShoppers(db, 1);
  let counted = 0;
  const anEmptySale = async (): Promise<string> => {
    const id = randomUUID();
    await write('flash_sales', { ...(await good.flash_sales!()), id });
    return id;
  };
  const anAttemptId = async (): Promise<string> => {
    const row = good.purchase_attempts!() as Row;
    await write('purchase_attempts', row);
    return row.id as string;
  };
  good = {
    users: () => ({ email: `${randomUUID()}@test.invalid` }),
    refresh_tokens: () => ({
      user_id: userId,
      token_hash: randomUUID(),
      family: randomUUID(),
      expires_at: new Date(),
    }),
    products: () => ({ name: 'Lamp', price_minor: 4_900, currency: 'EUR' }),
    flash_sales: async () => ({
      product_id: await givenProduct(db),
      name: 'Drop',
      starts_at: new Date(),
      ends_at: new Date(Date.now() + HOUR_MS),
    }),
    stocks: async () => ({ sale_id: await anEmptySale(), total: 10 }),
    purchase_attempts: () => ({
      id: randomUUID(),
      sale_id: saleId,
      user_id: userId,
      quantity: 1,
      sequence: (counted += 1),
      idempotency_key: randomUUID(),
      outcome: 'confirmed',
      admitted_at: new Date(),
    }),
    orders: async () => ({
      id: randomUUID(),
      attempt_id: await anAttemptId(),
      sale_id: saleId,
      product_id: productId,
      user_id: userId,
      quantity: 1,
      unit_price_minor: 4_900,
      currency: 'EUR',
    }),
    stock_movements: () => ({ stock_id: stockId, delta: -1, cause: 'settled', change_id: randomUUID() }),
    health_probe: () => ({ id: 1, written_at: new Date() }),
  };
  stored = {
    attempt: await good.purchase_attempts!(),
    order: await good.orders!(),
    refreshToken: await good.refresh_tokens!(),
    user: { email: 'Ada@test.invalid' },
    stock: await good.stocks!(),
    movement: await good.stock_movements!(),
  };
  await write('purchase_attempts', stored.attempt);
  await write('orders', stored.order);
  await write('refresh_tokens', stored.refreshToken);
  await write('users', stored.user);
  await write('stocks', stored.stock);
  await write('stock_movements', stored.movement);
});
afterAll(() => database.close());

describe('the database takes', () => {
  it('a good row of each table', async () => {
    for (const [table, row] of Object.entries(good)) await write(table, await row());
  });
});

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('the database refuses', () => {
  it.each<[string, string, Row, string]>([
    ['a role nobody has', 'users', { role: 'king' }, 'users_role_check'],
    ['a price below nothing', 'products', { price_minor: -1 }, 'products_price_minor_check'],
    ['a state that is none', 'flash_sales', { state: 'closed' }, 'flash_sales_state_check'],
    ['a limit of none', 'flash_sales', { per_shopper_limit: 0 }, 'flash_sales_per_shopper_limit_check'],
    ['a sale that ends as it starts', 'flash_sales', { ends_at: new Date(0) }, 'flash_sales_check'],
    ['a sale of no product', 'flash_sales', { product_id: NOBODY }, 'flash_sales_product_id_fkey'],
    ['fewer sold than none', 'stocks', { sold: -1 }, 'stocks_sold_check'],
    ['more sold than there is', 'stocks', { sold: 11 }, 'stocks_never_oversold'],
    ['an epoch below the first', 'stocks', { gate_epoch: -1 }, 'stocks_gate_epoch_check'],
    ['an attempt at no unit', 'purchase_attempts', { quantity: 0 }, 'purchase_attempts_quantity_check'],
    ['and at too many', 'purchase_attempts', { quantity: 1_001 }, 'purchase_attempts_quantity_check'],
    ['an empty key', 'purchase_attempts', { idempotency_key: '' }, 'purchase_attempts_idempotency_key_check'],
    ['an outcome that is none', 'purchase_attempts', { outcome: 'maybe' }, 'purchase_attempts_outcome_check'],
    ['a rejection without a reason', 'purchase_attempts', { outcome: 'rejected' }, 'purchase_attempts_check'],
    ['a confirmation with one', 'purchase_attempts', { reason: 'sold_out' }, 'purchase_attempts_check'],
    ['an attempt on no sale', 'purchase_attempts', { sale_id: NOBODY }, 'purchase_attempts_sale_id_fkey'],
    ['an order of no unit', 'orders', { quantity: 0 }, 'orders_quantity_check'],
    ['an order below nothing', 'orders', { unit_price_minor: -1 }, 'orders_unit_price_minor_check'],
    ['a status that is none', 'orders', { status: 'lost' }, 'orders_status_check'],
    ['an order of no attempt', 'orders', { attempt_id: NOBODY }, 'orders_attempt_id_fkey'],
    ['an order of nobody', 'orders', { user_id: NOBODY }, 'orders_user_id_fkey'],
    ['an order of no sale', 'orders', { sale_id: NOBODY }, 'orders_sale_product_fkey'],
    ['a movement of nothing', 'stock_movements', { delta: 0 }, 'stock_movements_delta_check'],
    ['a movement without a cause', 'stock_movements', { cause: 'magic' }, 'stock_movements_cause_check'],
    ['a second probe', 'health_probe', { id: 2 }, 'health_probe_id_check'],
  ])('%s', async (_what, table, wrong, constraint) => {
    const row = { ...(await good[table]!()), ...wrong };
    await expect(write(table, row)).rejects.toMatchObject({ constraint });
  });

  it("an order of a product that is not its sale's", async () => {
    const row = { ...(await good.orders!()), product_id: await givenProduct(database.db) };
    await expect(write('orders', row)).rejects.toMatchObject({
      code: '23503',
      constraint: 'orders_sale_product_fkey',
    });
  });

  it.each<[string, string, () => Row, string]>([
    [
      'a sequence of a sale',
      'purchase_attempts',
      () => ({ sequence: stored.attempt.sequence }),
      'purchase_attempts_sale_id_sequence_key',
    ],
    [
      'a key of a shopper on a sale',
      'purchase_attempts',
      () => ({ idempotency_key: stored.attempt.idempotency_key }),
      'purchase_attempts_sale_id_user_id_idempotency_key_key',
    ],
    ['an attempt', 'purchase_attempts', () => ({ id: stored.attempt.id }), 'purchase_attempts_pkey'],
    [
      'an order of an attempt',
      'orders',
      () => ({ attempt_id: stored.order.attempt_id }),
      'orders_attempt_id_key',
    ],
    ['an e-mail, in any case', 'users', () => ({ email: 'ADA@test.invalid' }), 'users_email_key'],
    [
      'a refresh token',
      'refresh_tokens',
      () => ({ token_hash: stored.refreshToken.token_hash }),
      'refresh_tokens_token_hash_key',
    ],
    ['a stock of a sale', 'stocks', () => ({ sale_id: stored.stock.sale_id }), 'stocks_sale_id_key'],
    [
      'a change of a stock',
      'stock_movements',
      () => ({ change_id: stored.movement.change_id }),
      'stock_movements_change_id_key',
    ],
  ])('%s twice', async (_what, table, same, constraint) => {
    const row = { ...(await good[table]!()), ...same() };
    await expect(write(table, row)).rejects.toMatchObject({ code: '23505', constraint });
  });
});
