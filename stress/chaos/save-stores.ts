import { writeFile } from 'node:fs/promises';
import { readStoredState } from '../../src/features/purchase/history/read-stored-state.ts';
import type { Services } from '../../src/commands/lib/open-services.ts';
import type { Redis } from '../../src/infrastructure/redis/redis.ts';

const QUEUE = '{settle-0}:settle:';

/** Keeps what a failing round left: both stores of its sales, and every key of the queue. */
export async function saveStores(
  { db, redis }: Services,
  saleIds: readonly string[],
  path: string,
): Promise<void> {
  const sales = await Promise.all(saleIds.map((saleId) => readStoredState({ db, redis }, saleId)));
  await writeFile(path, JSON.stringify({ queue: await readQueue(redis), sales }, null, 1));
}

async function readQueue(redis: Redis): Promise<Record<string, unknown>> {
  const keys = await redis.keys(`${QUEUE}*`);
  const values = await Promise.all(keys.map((key) => readKey(redis, key)));
  return Object.fromEntries(keys.map((key, index) => [key.slice(QUEUE.length), values[index]]));
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1, 'WITHSCORES');
    default:
      return { value: await redis.get(key), ttlMs: await redis.pttl(key) };
  }
}
