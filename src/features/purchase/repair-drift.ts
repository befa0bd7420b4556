import type { Redis } from 'ioredis';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { RunId } from '../../infrastructure/redis/run-id.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { EPOCH_SPAN } from '../../utils/sequence.ts';
import { parseInflight } from './purchase.model.ts';
import { readSoldUpTo } from './reconcile.repository.ts';

const measureScript = loadScript(new URL('./measure-gate.lua', import.meta.url));
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
 * drift = total − units sold up to the measured sequence − tokens − units in flight and not yet confirmed.
 * The gate is measured first, at one instant; what it promises later has a higher sequence and is left out. The drift
 * is added as an increment, and only if no rebuild and no other repair came in between.
 *
 * @returns units given to the gate (negative: taken); 0 when it agreed, or changed meanwhile
 * @throws when PostgreSQL or Redis does not answer; repeat
 */
export async function repairDrift(
  { db, redis, runId, logger }: RepairDriftDeps,
  { saleId, stockId, epoch }: { saleId: string; stockId: string; epoch: number },
): Promise<number> {
  const server = runId.current();
  if (server === null) return 0;
  const { gate } = saleKeys(saleId);
  const { tokens, inflight } = epochKeys(saleId, epoch);
  const measured = (await measureScript.run(redis, [gate, tokens, inflight], [server, epoch])) as [
    number,
    number,
    number,
    ...string[],
  ];
  const [revision, n, tokensThen, ...entries] = measured;
  if (revision === -1) return 0;
  const attempts = [];
  for (let index = 0; index < entries.length; index += 2) {
    attempts.push(parseInflight(entries[index] ?? '', entries[index + 1] ?? ''));
  }
  const { total, soldUnits, confirmedIds } = await readSoldUpTo(
    db,
    stockId,
    epoch * EPOCH_SPAN + n,
    attempts.map(({ attemptId }) => attemptId),
  );
  const promised = attempts
    .filter(({ attemptId }) => !confirmedIds.has(attemptId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  const drift = total - soldUnits - tokensThen - promised;
  if (drift === 0) return 0;
  const applied = await applyScript.run(redis, [gate, tokens], [epoch, revision, drift, total]);
  if (applied !== 1) return 0;
  logger.warn('drift repaired', { saleId, epoch, drift });
  return drift;
}
