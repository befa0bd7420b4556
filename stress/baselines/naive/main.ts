import { once } from 'node:events';
import { Redis } from 'ioredis';
import { readServiceEnv } from '../../../src/config/env.ts';
import { createAccessTokens } from '../../../src/features/account/access-token.ts';
import { createLogger, type Logger } from '../../../src/infrastructure/logging/logger.ts';
import { createDatabase } from '../../../src/infrastructure/postgres/database.ts';
import { createSettleQueue } from '../../../src/infrastructure/queue/settle-queue.ts';
import { runCluster } from '../../bench/run-cluster.ts';
import { createNaiveApp, type NaiveJob } from './app.ts';
import { createSettleEach } from './settle-each.ts';

/**
 * Jobs settled at once, each on a connection of its own. They wait for one lock, so more of them only wait: from 4 on
 * the rate stays the same.
 */
const SETTLED_AT_ONCE = 8;

const env = readServiceEnv();

/** With ioredis' own settings, which wait as long as it takes. */
function connect(logger: Logger): Redis {
  const redis = new Redis(env.redisUrl);
  redis.on('error', (error: Error) => logger.error('redis', { error: error.message }));
  return redis;
}

async function serve(): Promise<void> {
  const logger = createLogger({ level: 'error', role: 'naive' });
  const redis = connect(logger);
  // With a limit of time a job that came too late would be lost after its units were taken.
  const queue = await createSettleQueue<NaiveJob>({ url: env.redisUrl, role: 'work', logger });
  const tokens = createAccessTokens({ secret: env.jwtSecret });
  const app = createNaiveApp({ tokens, redis, queue });
  await once(app.listen(env.port, '127.0.0.1'), 'listening');
}

async function work(): Promise<void> {
  const logger = createLogger({ level: 'error', role: 'naive' });
  const redis = connect(logger);
  const queue = await createSettleQueue<NaiveJob>({ url: env.redisUrl, role: 'work', logger });
  const db = createDatabase({ url: env.databaseUrl, poolSize: SETTLED_AT_ONCE, applicationName: 'naive' });
  queue.process(SETTLED_AT_ONCE, createSettleEach({ db, redis, clock: Date, logger }));
}

await runCluster({
  api: { count: env.webConcurrency ?? 1, run: serve },
  worker: { count: 1, run: work },
});
