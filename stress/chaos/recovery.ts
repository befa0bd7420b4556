import type { Services } from '../../src/commands/lib/open-services.ts';
import { parseInflight } from '../../src/features/purchase/purchase.model.ts';
import { sqlArray } from '../../src/infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { uuidOf } from '../../src/utils/short-id.ts';
import type { Wish } from '../lib/wish.ts';
import type { RoundSale } from './fault.ts';

/** Longer than the promise of 10 s, so that the report tells by how much it was broken, ms. */
const GIVE_UP_AFTER_MS = 30_000;
const LOOK_EVERY_MS = 50;

export interface RecoveryDeps {
  services: () => Services;
  sales: readonly RoundSale[];
  accepted: () => readonly Wish[];
  /** Under `queued`, what was lost with Redis and its process is not waited for. */
  mayBeLost: (attemptId: string) => boolean;
}

/**
 * Waits until everything that was accepted before the last fault's end is decided and every gate is open, while the crowd
 * goes on.
 *
 * @returns ms since `healedAtMs`; null when it is not so within 30 s
 */
export async function measureRecovery(deps: RecoveryDeps, healedAtMs: number): Promise<number | null> {
  while (Date.now() - healedAtMs < GIVE_UP_AFTER_MS) {
    if (await isRecovered(deps, healedAtMs).catch(() => false)) return Math.max(0, Date.now() - healedAtMs);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return null;
}

async function isRecovered(
  { services, sales, accepted, mayBeLost }: RecoveryDeps,
  healedAtMs: number,
): Promise<boolean> {
  const { db, redis, runId } = services();
  for (const { saleId, stockId } of sales) {
    const [epoch, gateRunId] = await redis.hmget(saleKeys(saleId).gate, 'epoch', 'runId');
    const { gate_epoch: truth } = await db('stocks')
      .where({ id: stockId })
      .first<{ gate_epoch: number }>('gate_epoch');
    if (gateRunId !== runId.of(saleId) || Number(epoch) !== truth) return false;
    const { line, inflight } = epochKeys(saleId, truth);
    const [oldest] = await redis.zrange(line, 0, 0);
    const record = oldest === undefined ? null : await redis.hget(inflight, oldest);
    if (oldest !== undefined && record && parseInflight(uuidOf(oldest), record).admittedAtMs < healedAtMs)
      return false;
  }
  const ids = accepted().flatMap(({ accepted: one }) =>
    one && one.sentAt < healedAtMs ? [one.attemptId] : [],
  );
  const waiting = await findUndecided(db, ids);
  return waiting.every(mayBeLost);
}

/** Of these attempts those without an outcome. */
export async function findUndecided(db: Services['db'], ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `select id from unnest(?::uuid[]) as asked(id)
      where not exists (select 1 from purchase_attempts a where a.id = asked.id)`,
    [sqlArray(ids)],
  );
  return rows.map(({ id }) => id);
}
