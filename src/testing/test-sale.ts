import { randomUUID } from 'node:crypto';
import { createEnsureGate } from '../features/purchase/rebuild.ts';
import { findSale, insertSale } from '../features/sale/sale.repository.ts';
import type { SaleDetails } from '../features/sale/sale.model.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import type { Database } from '../infrastructure/postgres/database.ts';
import type { Redis } from '../infrastructure/redis/redis.ts';
import type { RunId } from '../infrastructure/redis/run-id.ts';
import { until } from './until.ts';

export interface SaleOverrides {
  name?: string;
  stock?: number;
  perShopperLimit?: number;
  /** Seconds from now; negative is past. */
  opensInSec?: number;
  endsInSec?: number;
  productId?: string;
}

/**
 * A product, a sale (open since a minute, for an hour, 10 units, 1 a shopper unless told otherwise) and its stock.
 *
 * With `redis` and `runId` its gate is open when this returns.
 */
export async function givenSale(
  { db, redis, runId }: { db: Database; redis?: Redis; runId?: RunId },
  overrides: SaleOverrides = {},
): Promise<SaleDetails> {
  const {
    stock = 10,
    perShopperLimit = 1,
    opensInSec = -60,
    endsInSec = 3_600,
    name = 'Test drop',
  } = overrides;
  const productId = overrides.productId ?? (await givenProduct(db));
  const { saleId, stockId } = await insertSale(db, {
    productId,
    name,
    startsAt: new Date(Date.now() + opensInSec * 1_000),
    endsAt: new Date(Date.now() + endsInSec * 1_000),
    perShopperLimit,
    stock,
  });
  if (redis && runId) {
    const ensureGate = createEnsureGate({ db, redis, runId, adoptionMs: 0, logger: silentLogger });
    await until(() => ensureGate(saleId, stockId), { what: 'the gate opens' });
  }
  const sale = await findSale(db, saleId);
  if (!sale) throw new Error('the sale was not written');
  return sale;
}

export async function givenProduct(db: Database): Promise<string> {
  const id = randomUUID();
  await db('products').insert({ id, name: 'Test lamp', price_minor: 4_900, currency: 'EUR' });
  return id;
}

/** @returns the ids of `count` new shoppers */
export async function givenShoppers(db: Database, count: number): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into users (email, name)
     select 'shopper-' || gen_random_uuid() || '@test.invalid', 'Shopper ' || n from generate_series(1, ?::int) n
     returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}
