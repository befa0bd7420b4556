import { findSecret } from '../../src/commands/lib/find-secret.ts';
import { openServices, type Services } from '../../src/commands/lib/open-services.ts';
import { createAccessTokens, MOST_LIFETIME_SEC } from '../../src/features/account/access-token.ts';
import { silentLogger } from '../../src/infrastructure/logging/logger.ts';
import { createDatabase, type Database } from '../../src/infrastructure/postgres/database.ts';
import { createFurtherDatabase } from '../../src/infrastructure/embedded/postgres.ts';
import { migrate } from '../../src/infrastructure/postgres/migrate.ts';
import { connectRedis } from '../../src/infrastructure/redis/connect-redis.ts';
import type { Contender, Seller } from './contender.ts';
import { gatherCrowd, type Crowd } from './crowd.ts';
import { createNaiveSeller } from './naive-seller.ts';
import { startContender } from './start-program.ts';
import { startStampede } from './start-stampede.ts';
import { createStampedeSeller } from './stampede-seller.ts';

/** Above any backlog of the bench; the default of 50,000 would refuse part of it. */
export const MAX_INFLIGHT = 200_000;

export interface Contenders {
  stampede: Seller;
  naive: Seller;
  bare: Contender;
  express: Contender;
  expressOne: Contender;
  /** A database of its own, for the rows without anything else. */
  insertDb: Database;
  crowd: Crowd;
  services: Services;
  /** For what a work starts for itself: it is stopped however the run ends. */
  onStop: OnStop;
}

export interface ContendersOptions {
  apiProcesses: number;
  shoppers: number;
  print: (line: string) => void;
}

/** What was started, with how to stop it; also usable when a start fails half-way. */
export type OnStop = (stop: () => Promise<unknown>) => void;

/**
 * Starts Stampede with its own PostgreSQL and Redis, every other contender beside it on the same servers, and gathers
 * the crowd. Those that are not measured are idle.
 */
export async function startContenders(
  { apiProcesses, shoppers, print }: ContendersOptions,
  onStop: OnStop,
): Promise<Contenders> {
  print('• Starting Stampede, its PostgreSQL and its Redis …');
  const instance = await startStampede({
    WEB_CONCURRENCY: String(apiProcesses),
    SETTLE_CONCURRENCY: '1',
    MAX_INFLIGHT: String(MAX_INFLIGHT),
    DEMO: '0',
    NODE_ENV: 'production',
  });
  onStop(instance.stop);
  const urls = await instance.read();
  const services = await openServices(urls);
  onStop(services.close);
  const secret = await findSecret({ jwtSecret: undefined, dataDir: instance.dataDir }, urls);

  print('• Starting the baseline and the ceilings …');
  const openOwnDatabase = async (name: string): Promise<{ url: string; db: Database }> => {
    const { dataDir } = instance;
    const url = await createFurtherDatabase({ dataDir, databaseUrl: urls.databaseUrl }, name);
    await migrate(url);
    const db = createDatabase({ url, poolSize: 2, applicationName: 'bench' });
    onStop(() => db.destroy());
    return { url, db };
  };
  const naiveStore = await openOwnDatabase('bench_naive');
  const insertStore = await openOwnDatabase('bench_insert');
  const naiveRedisUrl = new URL(urls.redisUrl);
  naiveRedisUrl.pathname = '/1';
  const naiveRedis = await connectRedis(naiveRedisUrl.href, 'store', { logger: silentLogger });
  onStop(async () => naiveRedis.disconnect());

  const start: typeof startContender = async (...args) => {
    const contender = await startContender(...args);
    onStop(contender.stop);
    return contender;
  };
  const variables = {
    ...{ DATABASE_URL: naiveStore.url, REDIS_URL: naiveRedisUrl.href, JWT_SECRET: secret },
  };
  const naive = await start('naive', 'baselines/naive/main', { processes: apiProcesses, variables });
  const bare = await start('bare', 'ceilings/bare-http', { processes: apiProcesses });
  const express = await start('express', 'ceilings/empty-express-route', { processes: apiProcesses });
  const expressOne = await start('express-one', 'ceilings/empty-express-route', { processes: 1 });

  print(`• Gathering ${shoppers} shoppers …`);
  const tokens = createAccessTokens({ secret, lifetimeSec: MOST_LIFETIME_SEC });
  const crowd = await gatherCrowd(
    { db: services.db, others: [naiveStore.db, insertStore.db], tokens },
    shoppers,
    instance.dataDir,
  );
  const stampede = await createStampedeSeller(instance, services, { maxInflight: MAX_INFLIGHT });
  const storePids = async () => {
    const { redis = [], postgres = [] } = await stampede.pids();
    return { redis, postgres };
  };
  const naiveSeller = createNaiveSeller(naive, { db: naiveStore.db, redis: naiveRedis, storePids });
  return {
    ...{ stampede, naive: naiveSeller, bare, express, expressOne },
    ...{ insertDb: insertStore.db, crowd, services, onStop },
  };
}
