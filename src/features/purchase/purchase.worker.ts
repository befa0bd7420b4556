import { randomUUID } from 'node:crypto';
import type { Clock } from '../../infrastructure/clock.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import type { SettleQueue } from '../../infrastructure/queue/settle-queue.ts';
import { WORKERS_ALIVE_KEY } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import type { AttemptBatch } from './purchase.model.ts';
import { readBatch } from './read-batch.ts';

/**
 * Jobs taken at once. They leave the queue first come, first served, and only then fall into one line a stock: so it must
 * be far more than a hot stock has in a transaction and in announcements, or a quiet one waits behind all of its jobs.
 * Then it also fills the next transaction. With 32 a quiet sale's job waited 400 ms, with 256 it waited 10 ms; with 1,024
 * Node spent more time an order than with 32 (Bull keeps a lock and a timer for each job). docs/decisions/0010
 */
const JOBS_AT_ONCE = 256;
const ALIVE_EVERY_MS = 1_000;
const ALIVE_FOR_MS = 3_000;

export interface PurchaseWorkerDeps {
  queue: SettleQueue<AttemptBatch>;
  combine: (batch: AttemptBatch) => Promise<void>;
  redis: Redis;
  clock: Clock;
  logger: Logger;
}

/** Takes batches off the queue until `close`, and tells that it lives. A batch may come twice: settling it is idempotent. */
export function createPurchaseWorker({ queue, combine, redis, clock, logger }: PurchaseWorkerDeps) {
  const workerId = randomUUID();
  let timer: NodeJS.Timeout | undefined;
  const tellAlive = (): void => {
    const now = clock.now();
    redis
      .pipeline()
      .zadd(WORKERS_ALIVE_KEY, now + ALIVE_FOR_MS, workerId)
      .zremrangebyscore(WORKERS_ALIVE_KEY, '-inf', now)
      .exec()
      .catch((error: unknown) =>
        logger.warn('could not tell that this worker lives', { error: String(error) }),
      );
  };
  return {
    start(): void {
      queue.process(JOBS_AT_ONCE, async (job) => combine(readBatch(job)));
      tellAlive();
      timer = setInterval(tellAlive, ALIVE_EVERY_MS);
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await redis.zrem(WORKERS_ALIVE_KEY, workerId).catch(() => undefined); // it expires by itself
    },
  };
}

/** Whether any worker has told in the last 3 s that it lives. */
export async function isWorkerAlive({ redis, clock }: { redis: Redis; clock: Clock }): Promise<boolean> {
  return (await redis.zcount(WORKERS_ALIVE_KEY, clock.now(), '+inf')) > 0;
}
