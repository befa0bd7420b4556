import type { InvariantBody } from '../../src/contracts/http.ts';
import { insertProduct } from '../../src/features/product/product.repository.ts';
import { findSale, insertSale } from '../../src/features/sale/sale.repository.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import type { Redis } from '../../src/infrastructure/redis/redis.ts';
import { keysOf, openGate } from '../baselines/naive/gate.ts';
import type { Contender, Seller } from './contender.ts';
import type { Pids } from './process-usage.ts';
import { readSold } from './read-settled.ts';

const HOUR_MS = 3_600_000;
const ASK_EVERY_MS = 100;

/** The baseline, on the same servers: a database and a Redis database of its own. */
export function createNaiveSeller(
  contender: Contender,
  { db, redis, storePids }: { db: Database; redis: Redis; storePids: () => Promise<Pids> },
): Seller {
  const readGate = async (saleId: string): Promise<{ admitted: number; settled: number; tokens: number }> => {
    const [admitted, settled, tokens] = await redis.hmget(keysOf(saleId).sale, 'n', 'settled', 'tokens');
    return { admitted: Number(admitted), settled: Number(settled), tokens: Number(tokens) };
  };
  return {
    name: 'naive',
    url: contender.url,
    db,
    pids: async () => ({ ...(await contender.pids()), ...(await storePids()) }),
    async openSale(stock) {
      const name = `Bench: ${stock} units`;
      const { saleId } = await insertSale(db, {
        productId: await insertProduct(db, { name, priceMinor: 4_900, currency: 'EUR' }),
        name,
        startsAt: new Date(Date.now() - 1000),
        endsAt: new Date(Date.now() + HOUR_MS),
        perShopperLimit: 1,
        stock,
      });
      const sale = await findSale(db, saleId);
      if (!sale) throw new Error('the sale was not written');
      await openGate(redis, sale);
      return saleId;
    },
    async readProgress(saleId) {
      const { total, sold } = await readSold(db, saleId);
      const { tokens } = await readGate(saleId);
      return { sold, queued: Math.max(0, total - tokens - sold) };
    },
    async readCounts(saleId) {
      const { admitted } = await readGate(saleId);
      return { admitted };
    },
    async waitForDrain(saleId, withinMs) {
      const giveUpAt = Date.now() + withinMs;
      for (;;) {
        const { admitted, settled } = await readGate(saleId);
        if (admitted === settled) return true;
        if (Date.now() > giveUpAt) return false;
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    },
    checkPromises: async (saleId) => [await checkSale(db, saleId, await readGate(saleId))],
    async tidy() {
      await redis.flushdb();
    },
  };
}

/** Never oversold, nothing lost, one order an attempt and at most one a shopper. */
async function checkSale(
  db: Database,
  saleId: string,
  gate: { admitted: number; tokens: number },
): Promise<InvariantBody> {
  const { total, sold } = await readSold(db, saleId);
  const { rows } = await db.raw<{ rows: { attempts: number; orders: number; shoppers: number }[] }>(
    `select (select count(*)::int from purchase_attempts where sale_id = ?) as attempts,
            count(*)::int as orders, count(distinct user_id)::int as shoppers from orders where sale_id = ?`,
    [saleId, saleId],
  );
  const { attempts = 0, orders = 0, shoppers = 0 } = rows[0] ?? {};
  return {
    id: 'naive',
    ok:
      sold <= total &&
      sold === orders &&
      orders === shoppers &&
      attempts === gate.admitted &&
      sold + gate.tokens === total,
    detail:
      `${sold} of ${total} units sold in ${orders} orders of ${shoppers} shoppers; ` +
      `${gate.admitted} admitted, ${attempts} decided, ${gate.tokens} units at the gate`,
    checkedAt: new Date().toISOString(),
  };
}
