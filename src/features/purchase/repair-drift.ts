import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { countRepair } from '../../infrastructure/metrics/repairs.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { measureDrift } from './measure-drift.ts';

const applyScript = loadScript(new URL('./apply-drift.lua', import.meta.url));

export interface RepairDriftDeps {
  db: Database;
  redis: Redis;
  runId: RunId;
  logger: Logger;
}

/**
 * Brings a gate's tokens in line with PostgreSQL, beside live traffic.
 *
 * The drift (see `measureDrift`) is added as an increment, and only if no rebuild and no other repair came in between.
 *
 * @param isExpected  an operator has just changed the stock: nothing went wrong
 * @returns units given to the gate (negative: taken); 0 when it agreed, or changed meanwhile
 * @throws when PostgreSQL or Redis does not answer; repeat
 */
export async function repairDrift(
  { db, redis, runId, logger }: RepairDriftDeps,
  { saleId, stockId, epoch }: { saleId: string; stockId: string; epoch: number },
  { isExpected = false }: { isExpected?: boolean } = {},
): Promise<number> {
  const measured = await measureDrift({ db, redis, runId }, { saleId, stockId, epoch });
  if (measured === null) return 0;
  const { drift, revision, total, isTotalShown } = measured;
  if (drift === 0 && isTotalShown) return 0;
  const applied = await applyScript.run(
    redis,
    [saleKeys(saleId).gate, epochKeys(saleId, epoch).tokens],
    [epoch, revision, drift, total],
  );
  if (applied !== 1 || drift === 0 || isExpected) return applied === 1 ? drift : 0;
  countRepair(redis, 'unitsCorrected', Math.abs(drift));
  logger.warn('drift repaired', { saleId, epoch, drift });
  return drift;
}
