import type { ServiceEnv } from '../config/env.ts';
import { createEnsureGate } from '../features/purchase/rebuild.ts';
import { SaleCatalogue } from '../features/sale/sale-catalogue.ts';
import { createRedisClock } from '../infrastructure/clock.ts';
import type { Lifecycle } from '../infrastructure/lifecycle.ts';
import type { Logger } from '../infrastructure/logging/logger.ts';
import { LatencyRecorder } from '../infrastructure/metrics/latency.ts';
import { createProcessMeters, type ProcessRole } from '../infrastructure/metrics/process-usage.ts';
import { createDatabase, type Database } from '../infrastructure/postgres/database.ts';
import { connectRedis } from '../infrastructure/redis/connect-redis.ts';
import { CHANNELS } from '../infrastructure/redis/keys.ts';
import { followRunId } from '../infrastructure/redis/run-id.ts';
import { createSubscriptions } from '../infrastructure/redis/subscriptions.ts';

export interface CompositionDeps {
  env: ServiceEnv;
  logger: Logger;
  /** Everything that is opened here is closed by it, in reverse. */
  lifecycle: Lifecycle;
}

/** Connections to PostgreSQL that a process may open. */
export const POOL_SIZE = 10;
/** And to the replica, for exports alone. */
const REPORTS_POOL_SIZE = 2;

/** What both kinds of process have: PostgreSQL, Redis, the gate's clock, the sales. */
export async function composeStores({ env, logger, lifecycle }: CompositionDeps, role: ProcessRole) {
  const db = createDatabase({
    url: env.databaseUrl,
    poolSize: POOL_SIZE,
    applicationName: `stampede-${role}`,
  });
  lifecycle.onStop('postgres', () => db.destroy());
  const redis = await connectRedis(env.redisUrl, 'store', { logger });
  lifecycle.onStop('redis', () => redis.disconnect());
  const subscriber = await connectRedis(env.redisUrl, 'subscriber', { logger });
  lifecycle.onStop('redis subscriptions', () => subscriber.disconnect());
  const clock = await createRedisClock(redis);
  lifecycle.onStop('clock', () => clock.close());
  const runId = await followRunId(redis);
  const latency = new LatencyRecorder({ redis });
  lifecycle.onStop('latency figures', () => latency.close());
  const { meters, close } = createProcessMeters({ redis, clock, role });
  lifecycle.onStop('meters', close);
  const subscriptions = createSubscriptions({ redis: subscriber, logger });
  const catalogue = new SaleCatalogue({ db, redis });
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => catalogue.forget(saleId));
  const ensureGate = createEnsureGate({ db, redis, runId, logger });
  return { db, redis, subscriber, subscriptions, clock, runId, latency, meters, catalogue, ensureGate };
}

/** Where exports are read: a replica when there is one, else where everything is. */
export function composeReports(
  { env, lifecycle }: Pick<CompositionDeps, 'env' | 'lifecycle'>,
  db: Database,
): Database {
  const { reportsDatabaseUrl: url } = env;
  if (url === undefined) return db;
  const reportsDb = createDatabase({ url, poolSize: REPORTS_POOL_SIZE, applicationName: 'stampede-reports' });
  lifecycle.onStop('replica', () => reportsDb.destroy());
  return reportsDb;
}

export type Stores = Awaited<ReturnType<typeof composeStores>>;
