import { once } from 'node:events';
import { readServiceEnv } from '../../../src/config/env.ts';
import { createAccessTokens } from '../../../src/features/account/access-token.ts';
import { createLogger } from '../../../src/infrastructure/logging/logger.ts';
import { createDatabase } from '../../../src/infrastructure/postgres/database.ts';
import { createSettleQueue } from '../../../src/infrastructure/queue/settle-queue.ts';
import { connectRedis } from '../../../src/infrastructure/redis/connect-redis.ts';
import { runCluster } from '../../bench/run-cluster.ts';
import { createNaiveApp, type NaiveJob } from './app.ts';
import { createSettleEach } from './settle-each.ts';

/**
 * Jobs settled at once, each on a connection of its own. They wait for one lock, so more of them only wait: from 4 on
 * the rate stays the same.
 */
const SETTLED_AT_ONCE = 8;

const env = readServiceEnv();

async function serve(): Promise<void> {
  const logger = createLogger({ level: 'error', role: 'naive' });
  const redis = await connectRedis(env.redisUrl, 'gate', { logger });
  const queue = await createSettleQueue<NaiveJob>({ url: env.redisUrl, role: 'add', logger });
  const tokens = createAccessTokens({ secret: env.jwtSecret });
  const app = createNaiveApp({ tokens, redis, queue });
  await once(app.listen(env.port, '127.0.0.1'), 'listening');
}

async function work(): Promise<void> {
  const logger = createLogger({ level: 'error', role: 'naive' });
  const redis = await connectRedis(env.redisUrl, 'store', { logger });
  const queue = await createSettleQueue<NaiveJob>({ url: env.redisUrl, role: 'work', logger });
  const db = createDatabase({ url: env.databaseUrl, poolSize: SETTLED_AT_ONCE, applicationName: 'naive' });
  queue.process(SETTLED_AT_ONCE, createSettleEach({ db, redis, clock: Date, logger }));
}

await runCluster({
  api: { count: env.webConcurrency ?? 1, run: serve },
  worker: { count: 1, run: work },
});
