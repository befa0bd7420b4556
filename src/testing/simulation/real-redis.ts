import { parseDecided, parseInflight, type AttemptBatch } from '../../features/purchase/purchase.model.ts';
import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { uuidOf } from '../../utils/short-id.ts';
import type { GateSight } from './shop.ts';

/** What Redis has of a sale's gate, without times. */
export async function readSight(redis: Redis, saleId: string): Promise<GateSight> {
  const keys = saleKeys(saleId);
  const [epochText, n] = await redis.hmget(keys.gate, 'epoch', 'n');
  const epoch = Number(epochText ?? 0);
  const units = epochKeys(saleId, epoch);
  const [tokens, shoppers, inflight, known] = await Promise.all([
    redis.get(units.tokens),
    redis.hgetall(units.shoppers),
    redis.hgetall(units.inflight),
    redis.hgetall(keys.known),
  ]);
  return {
    ...{ epoch, n: Number(n ?? 0), tokens: tokens === null ? null : Number(tokens) },
    shoppers: Object.fromEntries(Object.entries(shoppers).map(([id, held]) => [uuidOf(id), Number(held)])),
    inflight: Object.fromEntries(
      Object.entries(inflight).map(([id, record]) => [
        uuidOf(id),
        parseInflight(uuidOf(id), record).sequence,
      ]),
    ),
    known: Object.fromEntries(
      Object.entries(known).map(([id, record]) => {
        const decided = parseDecided(uuidOf(id), record);
        return [decided.attemptId, decided.outcome === 'confirmed' ? 'confirmed' : decided.reason];
      }),
    ),
  };
}

/** What is in flight at the gate, as the batches it was promised in. */
export async function readBatches(
  redis: Redis,
  { saleId, stockId, epoch }: { saleId: string; stockId: string; epoch: number },
): Promise<AttemptBatch[]> {
  const batches = new Map<string, AttemptBatch>();
  const records = await redis.hgetall(epochKeys(saleId, epoch).inflight);
  for (const [id, record] of Object.entries(records)) {
    const { batchId, ...attempt } = parseInflight(uuidOf(id), record);
    const batch = batches.get(batchId) ?? { saleId, stockId, batchId, attempts: [] };
    batches.set(batchId, batch);
    batch.attempts.push(attempt);
  }
  return [...batches.values()];
}

/** Keeps every key of a sale as it is, and puts it back as a restored file would; at first there is nothing in it. */
export function createRedisCopy(redis: Redis, prefix: string) {
  let kept: { key: string; value: Buffer; ttlMs: number }[] = [];
  return {
    async keep(): Promise<void> {
      kept = [];
      for (const key of await redis.keys(`${prefix}*`)) {
        const [value, ttlMs] = await Promise.all([redis.dumpBuffer(key), redis.pttl(key)]);
        kept.push({ key, value, ttlMs: Math.max(0, ttlMs) });
      }
    },
    async bringBack(): Promise<void> {
      await redis.flushall();
      for (const { key, value, ttlMs } of kept) await redis.restore(key, ttlMs, value);
    },
  };
}
