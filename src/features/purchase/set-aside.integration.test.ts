import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { anAdmitted } from '../../testing/test-attempts.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import type { AdmittedAttempt, DecidedAttempt } from './purchase.model.ts';
import { createSettle, type Settle } from './settle.ts';
import { readSettleFacts, writeSetAside, writeSettled } from './settle.repository.ts';

let database: TestDatabase;
let settle: Settle;
let shoppers: string[];
let sale: SaleDetails;
const error = jest.fn();

beforeAll(async () => {
  database = await createTestDatabase();
  settle = createSettle({ db: database.db, clock: Date, logger: { ...silentLogger, error } });
  shoppers = await givenShoppers(database.db, 100);
});
afterAll(() => database.close());
beforeEach(async () => {
  error.mockClear();
  sale = await givenSale({ db: database.db }, { stock: 100 });
});

const settleAll = (attempts: readonly AdmittedAttempt[]) => settle(sale.saleId, sale.stockId, attempts);
const rowOf = (attemptId: string) =>
  database.db('purchase_attempts').where({ id: attemptId }).first<Record<string, unknown>>();
const stockNow = () =>
  database
    .db('stocks')
    .where({ id: sale.stockId })
    .first<{ sold: number; version: number }>('sold', 'version');

describe('one attempt that cannot be written', () => {
  it.each<[string, (good: AdmittedAttempt) => Partial<AdmittedAttempt>]>([
    ['of an account that does not exist', () => ({ shopperId: randomUUID() })],
    ['with a key that is too long', () => ({ idempotencyKey: 'k'.repeat(129) })],
    ['with a sequence that another holds', (good) => ({ sequence: good.sequence })],
    ['with a quantity that is out of range', () => ({ quantity: 0 })],
  ])('is set aside alone, and the others are sold: %s', async (_what, wrong) => {
    const good = shoppers.slice(0, 40).map((shopperId) => anAdmitted(shopperId));
    await settleAll(good.slice(0, 1));
    const bad = anAdmitted(shoppers[50]!, wrong(good[0]!));
    const told = await settleAll([...good.slice(1, 20), bad, ...good.slice(20)]);

    expect(told).toHaveLength(40);
    const { outcome, reason } = told[19] as DecidedAttempt & { reason: string };
    expect({ outcome, reason }).toEqual({ outcome: 'rejected', reason: 'set_aside' });
    expect(told.filter((one) => one.outcome === 'confirmed')).toHaveLength(39);
    expect(await rowOf(bad.attemptId)).toMatchObject({
      outcome: 'rejected',
      reason: 'set_aside',
      sequence: null,
      idempotency_key: null,
      user_id: bad.shopperId,
    });
    expect(await stockNow()).toMatchObject({ sold: 40 });
    expect(await database.db('orders').where({ sale_id: sale.saleId })).toHaveLength(40);
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]).toEqual([
      'attempt set aside',
      expect.objectContaining({ attemptId: bad.attemptId, sqlstate: expect.stringMatching(/^2[23]/) }),
    ]);
  });

  it('stays set aside when its job runs again', async () => {
    const bad = Array.from({ length: 8 }, () => anAdmitted(randomUUID()));
    const first = await settleAll(bad);
    expect(await settleAll(bad)).toEqual(first); // to the millisecond
    expect(error).toHaveBeenCalledTimes(8);
  });
});

describe('setting aside obeys whichever row won', () => {
  it('when the attempt was confirmed meanwhile', async () => {
    const attempt = anAdmitted(shoppers[0]!);
    const [confirmed] = await settleAll([attempt]);
    const outcome = await withStockLock(database.db, sale.stockId, (stock) =>
      writeSetAside(stock, sale.saleId, attempt),
    );
    expect(confirmed).toMatchObject(outcome);
    expect(await rowOf(attempt.attemptId)).toMatchObject({ outcome: 'confirmed', reason: null });
  });

  it('when the attempt was rejected meanwhile', async () => {
    const attempts = [anAdmitted(shoppers[0]!), anAdmitted(shoppers[0]!)];
    const [, rejected] = await settleAll(attempts);
    const outcome = await withStockLock(database.db, sale.stockId, (stock) =>
      writeSetAside(stock, sale.saleId, attempts[1]!),
    );
    expect(outcome).toMatchObject({ outcome: 'rejected', reason: 'limit_reached' });
    expect(rejected).toMatchObject(outcome);
  });
});

describe('the guarded write', () => {
  /** Decides one attempt on facts that are not the stock's. */
  const writeOn = (wrong: { version?: number; quantity?: number }) =>
    withStockLock(database.db, sale.stockId, async (stock) => {
      const attempt = anAdmitted(shoppers[0]!, { quantity: wrong.quantity ?? 1 });
      const facts = await readSettleFacts(stock, sale.saleId, [attempt]);
      const version = facts.version + (wrong.version ?? 0);
      const settledAtMs = Date.now();
      const confirmed = { outcome: 'confirmed', orderId: randomUUID(), settledAtMs } as const;
      await writeSettled(stock, { ...facts, version }, [{ ...attempt, ...confirmed }], settledAtMs);
    });

  it.each([
    ['whose version is another', { version: -1 }],
    ['that has too few units', { quantity: 101 }],
  ])('refuses a stock %s, and nothing is written', async (_what, wrong) => {
    await expect(writeOn(wrong)).rejects.toThrow('changed under its lock');
    expect(await stockNow()).toEqual({ sold: 0, version: 1 });
    expect(await database.db('purchase_attempts').where({ sale_id: sale.saleId })).toEqual([]);
    expect(await database.db('orders').where({ sale_id: sale.saleId })).toEqual([]);
  });

  it('accepts the facts as they are', async () => {
    await writeOn({ quantity: 100 });
    expect(await stockNow()).toEqual({ sold: 100, version: 2 });
  });
});

describe('the database', () => {
  it('has the last word: nobody sells more than there is', async () => {
    const oversold = database.db('stocks').where({ id: sale.stockId }).update({ sold: 101 });
    await expect(oversold).rejects.toMatchObject({ code: '23514', constraint: 'stocks_never_oversold' });
  });

  it('knows one order per attempt', async () => {
    const attempt = anAdmitted(shoppers[0]!);
    await settleAll([attempt]);
    const { id: _id, ...order } = await database
      .db('orders')
      .where({ attempt_id: attempt.attemptId })
      .first<Record<string, unknown>>();
    const another = database.db('orders').insert({ ...order, id: randomUUID() });
    await expect(another).rejects.toMatchObject({ code: '23505' });
  });

  it('keeps stock movements as they were written', async () => {
    const movements = database.db('stock_movements').where({ stock_id: sale.stockId });
    await expect(movements.clone().update({ delta: 1 })).rejects.toThrow('append-only');
    await expect(movements.clone().del()).rejects.toThrow('append-only');
  });
});
