import type { Redis } from 'ioredis';
import type { Database } from '../infrastructure/postgres/database.ts';
import { followRunId, type RunId } from '../infrastructure/redis/run-id.ts';
import { createTestDatabase } from './test-database.ts';
import { startTestRedis, type TestRedis } from './test-redis.ts';

export interface TestServices {
  databaseUrl: string;
  redisUrl: string;
  db: Database;
  redis: Redis;
  runId: RunId;
  redisServer: TestRedis;
  close(): Promise<void>;
}

/** A database and a Redis of this test file's own. */
export async function startTestServices(options: { appendOnly?: boolean } = {}): Promise<TestServices> {
  const database = await createTestDatabase();
  const redisServer = await startTestRedis(options).catch(async (error: unknown) => {
    await database.close(); // a pool that is left open keeps the test run from ending
    throw error;
  });
  return {
    databaseUrl: database.url,
    redisUrl: redisServer.url,
    db: database.db,
    redis: redisServer.redis,
    runId: await followRunId(redisServer.redis),
    redisServer,
    async close() {
      await redisServer.close();
      await database.close();
    },
  };
}
