import { createSettle } from '../../../src/features/purchase/settle.ts';
import type { Clock } from '../../../src/infrastructure/clock.ts';
import type { Logger } from '../../../src/infrastructure/logging/logger.ts';
import type { Database } from '../../../src/infrastructure/postgres/database.ts';
import type { Redis } from '../../../src/infrastructure/redis/redis.ts';
import type { NaiveJob } from './app.ts';
import { keysOf, noteSettled } from './gate.ts';

/**
 * Settles one job in one transaction under the stock's advisory lock: the same statements as ours, which are fewer than
 * one would write in a day, for one attempt at a time.
 */
export function createSettleEach(deps: {
  db: Database;
  redis: Redis;
  clock: Clock;
  logger: Logger;
}): (job: NaiveJob) => Promise<void> {
  const settle = createSettle(deps);
  const stocks = new Map<string, string>();
  return async ({ saleId, attempt }) => {
    const stockId = stocks.get(saleId) ?? (await deps.redis.hget(keysOf(saleId).sale, 'stockId'));
    if (stockId === null) throw new Error(`there is no gate for sale ${saleId}`);
    stocks.set(saleId, stockId);
    const [decided] = await settle(saleId, stockId, [attempt]);
    await noteSettled(deps.redis, saleId, attempt, decided?.outcome === 'confirmed');
  };
}
