import type { PreflightBody } from '../../contracts/live-http.ts';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { listPendingMigrations } from '../../infrastructure/postgres/migrate.ts';
import { readPostgresHealth } from '../../infrastructure/postgres/read-postgres-health.ts';
import { readRedisHealth } from '../../infrastructure/redis/read-redis-health.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { findProduct } from '../product/product.repository.ts';
import { isWorkerAlive } from '../purchase/purchase.worker.ts';
import { isGateWarm } from '../sale/gates-warm.ts';
import { findOperatorSale } from '../sale/operator-sale.repository.ts';
import { requireSale } from '../sale/operator-sale.service.ts';
import { listProcesses } from '../stats/list-processes.ts';
import { checkSale } from './check-sale.ts';
import { checkStores } from './check-stores.ts';

export interface PreflightDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  clock: Clock;
  isClientBuilt: () => boolean;
  /** Connections to PostgreSQL that a process may open. */
  poolSize: number;
  maxInflight: number;
}

/**
 * Looks at all that a drop stands on, before it begins.
 *
 * @throws RefusalError `sale_not_found`; whatever a store throws that does not answer
 */
export async function runPreflight(deps: PreflightDeps, saleId: string): Promise<PreflightBody> {
  const { db, redis, runId, clock, poolSize, maxInflight } = deps;
  const sale = await requireSale(findOperatorSale(db, saleId));
  const [redisHealth, postgres, processes, pendingMigrations, product, isWarm, hasWorker] = await Promise.all(
    [
      readRedisHealth(redis),
      readPostgresHealth(db),
      listProcesses(deps),
      listPendingMigrations(db),
      findProduct(db, sale.productId),
      isGateWarm({ redis, runId, clock }, { saleId, startsAtMs: sale.startsAt.getTime() }),
      isWorkerAlive(deps),
    ],
  );
  const checks = [
    ...checkSale({
      sale,
      imageUrl: product?.imageUrl ?? '',
      isGateWarm: isWarm,
      isWorkerAlive: hasWorker,
      isClientBuilt: deps.isClientBuilt(),
      nowMs: clock.now(),
    }),
    ...checkStores({
      redis: redisHealth,
      ...{ postgres, processes, pendingMigrations, poolSize, maxInflight, units: sale.total },
    }),
  ];
  return {
    saleId,
    checkedAt: new Date(clock.now()).toISOString(),
    ok: checks.every(({ ok }) => ok),
    checks,
  };
}
