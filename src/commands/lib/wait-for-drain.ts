import { epochKeys, saleKeys } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';

const ASK_EVERY_MS = 100;

/**
 * Waits until nothing of these sales is in flight; sales whose gates are kept.
 *
 * @param onWait  called each time with the attempts in flight
 * @returns whether it is so within `withinMs`
 */
export async function waitForDrain(
  { redis }: { redis: Redis },
  saleIds: readonly string[],
  withinMs: number,
  onWait: (inflight: number) => void = () => undefined,
): Promise<boolean> {
  const giveUpAt = Date.now() + withinMs;
  let wasEmpty = false; // seen twice in a row: attempts of an older epoch may be adopted in between
  for (;;) {
    const counts = await Promise.all(
      saleIds.map((saleId) => countInflight(redis, saleId).catch(() => Infinity)),
    );
    const inflight = counts.reduce((sum, count) => sum + count, 0);
    if (inflight === 0 && wasEmpty) return true;
    wasEmpty = inflight === 0;
    onWait(inflight);
    if (Date.now() >= giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** Without an open gate attempts may wait for its rebuild where nobody can count them: `Infinity`. */
async function countInflight(redis: Redis, saleId: string): Promise<number> {
  const [epoch, runId] = await redis.hmget(saleKeys(saleId).gate, 'epoch', 'runId');
  if (!epoch || !runId) return Infinity;
  return redis.hlen(epochKeys(saleId, Number(epoch)).inflight);
}
