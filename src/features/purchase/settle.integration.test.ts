import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { LOCK_NAMESPACES, stockLockKey, withStockLock } from '../../infrastructure/postgres/advisory-lock.ts';
import { UnusableJobError } from '../../infrastructure/queue/settle-queue.ts';
import { anAdmitted } from '../../testing/test-attempts.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { givenSale, givenShoppers, type SaleOverrides } from '../../testing/test-sale.ts';
import { until } from '../../testing/until.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import type { AdmittedAttempt } from './purchase.model.ts';
import { createSettle, type Settle } from './settle.ts';

let database: TestDatabase;
let settle: Settle;
let shoppers: string[];
const error = jest.fn();

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 15 });
  settle = createSettle({ db: database.db, clock: Date, logger: { ...silentLogger, error } });
  shoppers = await givenShoppers(database.db, 200);
});
afterAll(() => database.close());
// Nothing here is bad data: whatever is set aside all the same was written twice.
afterEach(() => expect(error).not.toHaveBeenCalled());

const aSale = (overrides: SaleOverrides): Promise<SaleDetails> => givenSale({ db: database.db }, overrides);
const someAttempts = (count: number, from = 0): AdmittedAttempt[] =>
  shoppers.slice(from, from + count).map((shopperId) => anAdmitted(shopperId));
const settleAll = ({ saleId, stockId }: SaleDetails, attempts: readonly AdmittedAttempt[]) =>
  settle(saleId, stockId, attempts);

/** What PostgreSQL holds of a sale, whatever settle says. */
async function readBack({ saleId, stockId }: SaleDetails) {
  const { db } = database;
  const { rows } = await db.raw<{
    rows: { sold: number; total: number; version: number; orders: number; units: number; unsold: number }[];
  }>(
    `select sold, total, version,
            (select count(*) from orders where sale_id = s.sale_id) as orders,
            (select coalesce(sum(quantity), 0) from orders where sale_id = s.sale_id) as units,
            (select sum(delta) from stock_movements where stock_id = s.id) as unsold
       from stocks s where id = ?`,
    [stockId],
  );
  const attempts = await db('purchase_attempts')
    .where({ sale_id: saleId })
    .orderBy('sequence')
    .select<{ id: string; outcome: string; reason: string | null }[]>('id', 'outcome', 'reason');
  return { ...rows[0]!, attempts };
}

/** Backends that wait for this stock's lock. */
async function waitersOf(stockId: string): Promise<number[]> {
  const { rows } = await database.db.raw<{ rows: { pid: number }[] }>(
    `select pid from pg_locks l join pg_database d on d.oid = l.database
      where datname = current_database() and locktype = 'advisory' and not granted and classid = ?::int::oid
        and objid::bigint = (?::bigint & 4294967295)`,
    [LOCK_NAMESPACES.stock, stockLockKey(stockId)],
  );
  return rows.map(({ pid }) => pid);
}

/** Runs `work` while somebody else holds the stock's lock. */
async function whileLocked<Result>(stockId: string, work: () => Promise<Result>): Promise<Result> {
  const holder = await database.db.transaction();
  try {
    await holder.raw('select pg_advisory_xact_lock(?, ?)', [LOCK_NAMESPACES.stock, stockLockKey(stockId)]);
    return await work();
  } finally {
    await holder.rollback();
  }
}

describe('a settle', () => {
  it('sells what there is, in order of sequence, and tells each attempt in the order given', async () => {
    const sale = await aSale({ stock: 3, perShopperLimit: 3 });
    const [a, b, c, d] = [1, 3, 1, 1].map((quantity, index) => anAdmitted(shoppers[index]!, { quantity }));
    const told = await settleAll(sale, [d!, c!, b!, a!]);
    expect(told.map(({ attemptId }) => attemptId)).toEqual([d, c, b, a].map((one) => one!.attemptId));
    expect(told.map(({ outcome }) => outcome)).toEqual(['confirmed', 'confirmed', 'rejected', 'confirmed']);
    expect(await readBack(sale)).toMatchObject({ sold: 3, orders: 3, units: 3, unsold: 0 });
  });

  it('of the same job twice, in turn or at once, makes one order and tells the same', async () => {
    const sale = await aSale({ stock: 5 });
    const attempts = someAttempts(8);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => settleAll(sale, attempts)));
    const again = await settleAll(sale, attempts);
    for (const told of [...others, again]) expect(told).toEqual(first);
    const stored = await readBack(sale);
    expect(stored).toMatchObject({ sold: 5, orders: 5, unsold: 0, version: 2 });
    expect(stored.attempts).toHaveLength(8);
  });

  it('leaves the outcome of a known attempt as it is, even when a unit has come back', async () => {
    const sale = await aSale({ stock: 1 });
    const [winner, loser] = someAttempts(2) as [AdmittedAttempt, AdmittedAttempt];
    await settleAll(sale, [winner, loser]);
    await database.db('stocks').where({ id: sale.stockId }).update({ total: 5 });
    const newcomer = someAttempts(1, 2)[0]!;
    const told = await settleAll(sale, [loser, newcomer, winner]);
    expect(told.map(({ outcome }) => outcome)).toEqual(['rejected', 'confirmed', 'confirmed']);
    expect(told[0]).toMatchObject({ reason: 'sold_out' });
    expect((await readBack(sale)).sold).toBe(2);
  });

  it('counts to a shopper what earlier transactions sold, but not what was cancelled', async () => {
    const sale = await aSale({ stock: 10, perShopperLimit: 2 });
    const shopper = shoppers[0]!;
    const two = anAdmitted(shopper, { quantity: 2 });
    await settleAll(sale, [two]);
    expect(await settleAll(sale, [anAdmitted(shopper)])).toMatchObject([{ reason: 'limit_reached' }]);
    await database.db('orders').where({ attempt_id: two.attemptId }).update({ status: 'cancelled' });
    expect(await settleAll(sale, [anAdmitted(shopper)])).toMatchObject([{ outcome: 'confirmed' }]);
  });

  it('copies the price of the moment into the order', async () => {
    const sale = await aSale({ stock: 2 });
    await settleAll(sale, [anAdmitted(shoppers[0]!)]);
    await database.db('products').where({ id: sale.product.id }).update({ price_minor: 1, currency: 'USD' });
    await settleAll(sale, [anAdmitted(shoppers[1]!)]);
    const orders = await database
      .db('orders')
      .where({ sale_id: sale.saleId })
      .orderBy('unit_price_minor', 'desc')
      .select('unit_price_minor', 'currency');
    expect(orders).toEqual([
      { unit_price_minor: 4_900, currency: 'EUR' },
      { unit_price_minor: 1, currency: 'USD' },
    ]);
  });
});

describe('settles at the same time', () => {
  it('of one stock never oversell, whatever they share', async () => {
    const sale = await aSale({ stock: 50 });
    const batches = Array.from({ length: 10 }, (_, index) => someAttempts(20, index * 20));
    const twice = [...batches, ...batches.slice(0, 4)];
    await Promise.all(twice.map((batch) => settleAll(sale, batch)));
    const stored = await readBack(sale);
    expect(stored).toMatchObject({ sold: 50, orders: 50, units: 50, unsold: 0 });
    expect(stored.attempts).toHaveLength(200);
  });

  it('of one stock wait for each other, of two stocks do not', async () => {
    const [held, free] = [await aSale({ stock: 1 }), await aSale({ stock: 1 })];
    const waiting = await whileLocked(held.stockId, async () => {
      const going = settleAll(held, someAttempts(1));
      await until(async () => (await waitersOf(held.stockId)).length === 1, { what: 'it waits' });
      expect(await settleAll(free, someAttempts(1))).toMatchObject([{ outcome: 'confirmed' }]);
      expect((await readBack(held)).attempts).toEqual([]);
      return { going };
    });
    expect(await waiting.going).toMatchObject([{ outcome: 'confirmed' }]);
  });

  it('read the stock after they have the lock, not before', async () => {
    const sale = await aSale({ stock: 5 });
    const { going } = await whileLocked(sale.stockId, async () => {
      const going = settleAll(sale, someAttempts(2));
      await until(async () => (await waitersOf(sale.stockId)).length === 1, { what: 'it waits' });
      await database.db('stocks').where({ id: sale.stockId }).update({ total: 1, version: 7 });
      return { going };
    });
    expect((await going).map(({ outcome }) => outcome)).toEqual(['confirmed', 'rejected']);
  });
});

describe('a settle that cannot', () => {
  it('get the lock in time gives up, has written nothing and may be repeated', async () => {
    const sale = await aSale({ stock: 1 });
    const hasty = createSettle({ db: database.db, clock: Date, logger: silentLogger, lockTimeoutMs: 100 });
    const attempts = someAttempts(1);
    await whileLocked(sale.stockId, async () => {
      await expect(hasty(sale.saleId, sale.stockId, attempts)).rejects.toMatchObject({ code: '55P03' });
    });
    expect((await readBack(sale)).attempts).toEqual([]);
    expect(await hasty(sale.saleId, sale.stockId, attempts)).toMatchObject([{ outcome: 'confirmed' }]);
  });

  it('keep its connection throws, sets nothing aside and may be repeated', async () => {
    const sale = await aSale({ stock: 1 });
    const attempts = someAttempts(2);
    await whileLocked(sale.stockId, async () => {
      const broken = expect(settleAll(sale, attempts)).rejects.toThrow();
      const [pid] = await until(
        async () => {
          const pids = await waitersOf(sale.stockId);
          return pids.length > 0 ? pids : null;
        },
        { what: 'it waits' },
      );
      await database.db.raw('select pg_terminate_backend(?)', [pid!]);
      await broken;
    });
    expect((await readBack(sale)).attempts).toEqual([]);
    expect(await settleAll(sale, attempts)).toMatchObject([
      { outcome: 'confirmed' },
      { outcome: 'rejected' },
    ]);
  });

  it('find its stock throws', async () => {
    const { saleId } = await aSale({ stock: 1 });
    await expect(settle(saleId, randomUUID(), someAttempts(1))).rejects.toThrow('there is no stock');
  });

  it('find the stock to be that of another sale: nothing is written to either', async () => {
    const [one, another] = [await aSale({ stock: 1 }), await aSale({ stock: 1 })];
    const mixed = settle(one.saleId, another.stockId, someAttempts(1));
    await expect(mixed).rejects.toThrow(UnusableJobError);
    expect([(await readBack(one)).attempts, (await readBack(another)).attempts]).toEqual([[], []]);
  });
});

describe('the lock', () => {
  it('is bounded for who waits and for who holds it: the server ends a holder that hangs', async () => {
    const { stockId } = await aSale({ stock: 1 });
    const bounds = await withStockLock(
      database.db,
      stockId,
      async ({ tx }) => {
        const { rows } = await tx.raw<{ rows: { name: string; setting: string }[] }>(
          `select name, current_setting(name) as setting from pg_settings
            where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout')`,
        );
        return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
      },
      { lockTimeoutMs: 100 },
    );
    expect(bounds).toEqual({
      lock_timeout: '100ms',
      statement_timeout: '5s',
      idle_in_transaction_session_timeout: '3s',
    });
  });

  it('ends with its transaction, so that its connection serves anybody', async () => {
    const { stockId } = await aSale({ stock: 1 });
    await expect(
      withStockLock(database.db, stockId, () => Promise.reject(new Error('failed inside'))),
    ).rejects.toThrow('failed inside');
    const { rows } = await database.db.raw<{ rows: unknown[] }>(
      `select 1 from pg_locks l join pg_database d on d.oid = l.database
        where datname = current_database() and locktype = 'advisory' and classid = ?::int::oid`,
      [LOCK_NAMESPACES.stock],
    );
    expect(rows).toEqual([]);
  });
});
