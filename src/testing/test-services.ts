import type { Database } from '../infrastructure/postgres/database.ts';
import type { Redis } from '../infrastructure/redis/redis.ts';
import { followRunId, type RunId } from '../infrastructure/redis/run-id.ts';
import { createTestDatabase } from './test-database.ts';
import { startTestRedis, type TestRedis } from './test-redis.ts';
import { startTestRedisOnCluster } from './test-redis-cluster.ts';

export interface TestServices {
  databaseUrl: string;
  /** See `TestDatabase`. */
  directDatabaseUrl: string;
  redisUrl: string;
  db: Database;
  redis: Redis;
  runId: RunId;
  redisServer: TestRedis;
  close(): Promise<void>;
}

export interface TestServicesOptions {
  appendOnly?: boolean;
  /** A Redis Cluster instead of one server (default: when `TEST_REDIS` is `cluster`, as in a part of `npm run test:deploy`). */
  isOnCluster?: boolean;
}

/** A database and a Redis of this test file's own. */
export async function startTestServices({
  appendOnly = false,
  isOnCluster = process.env.TEST_REDIS === 'cluster',
}: TestServicesOptions = {}): Promise<TestServices> {
  const database = await createTestDatabase();
  const starting = isOnCluster ? startTestRedisOnCluster() : startTestRedis({ appendOnly });
  const redisServer = await starting.catch(async (error: unknown) => {
    await database.close(); // a pool that is left open keeps the test run from ending
    throw error;
  });
  return {
    databaseUrl: database.url,
    directDatabaseUrl: database.directUrl,
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
