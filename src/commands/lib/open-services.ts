import type { Env } from '../../config/env.ts';
import { redisUrls } from '../../config/redis-urls.ts';
import { readInstanceFile } from '../../infrastructure/embedded/instance-file.ts';
import { silentLogger } from '../../infrastructure/logging/logger.ts';
import { createDatabase, type Database } from '../../infrastructure/postgres/database.ts';
import { connectRedis } from '../../infrastructure/redis/connect-redis.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { followRunId, type RunId } from '../../infrastructure/redis/run-id.ts';
import { CommandError } from './command-error.ts';

export interface ServiceUrls {
  databaseUrl: string;
  redisUrl: string;
  /** Of the running instance; absent when the services were named by variables alone. */
  url?: string;
}

export interface Services {
  db: Database;
  redis: Redis;
  runId: RunId;
  close(): Promise<void>;
}

/**
 * Where the services are: as `DATABASE_URL` and `REDIS_URL` say, else those of the instance that runs on `DATA_DIR`.
 *
 * @throws CommandError when neither says
 */
export async function findServices(
  env: Pick<Env, 'databaseUrl' | 'redisUrl' | 'dataDir'>,
): Promise<ServiceUrls> {
  const instance = await readInstanceFile(env.dataDir).catch(() => undefined);
  const databaseUrl = env.databaseUrl ?? instance?.databaseUrl;
  const redisUrl = env.redisUrl ?? instance?.redisUrl;
  if (databaseUrl === undefined || redisUrl === undefined) {
    throw new CommandError(
      `No instance runs on ${env.dataDir}: start one with npm start, or set DATABASE_URL and REDIS_URL.`,
    );
  }
  // Variables that name other services than the instance's: its address would be a lie.
  const isOfInstance = instance && databaseUrl === instance.databaseUrl && redisUrl === instance.redisUrl;
  return { databaseUrl, redisUrl, ...(isOfInstance ? { url: instance.url } : {}) };
}

/** @throws CommandError when PostgreSQL does not answer or has no tables */
export async function openDatabase(databaseUrl: string, { poolSize = 4 } = {}): Promise<Database> {
  const db = createDatabase({ url: databaseUrl, poolSize, applicationName: 'stampede-command' });
  try {
    await db.raw('select 1');
  } catch (error) {
    await db.destroy();
    throw new CommandError(`PostgreSQL at ${hostOf(databaseUrl)} does not answer: ${reasonOf(error)}`);
  }
  return db;
}

/** @throws CommandError when PostgreSQL or Redis does not answer */
export async function openServices({ databaseUrl, redisUrl }: ServiceUrls): Promise<Services> {
  const db = await openDatabase(databaseUrl);
  let redis: Redis | undefined;
  try {
    redis = await connectRedis(redisUrl, 'store', { logger: silentLogger, connectTimeoutMs: 3_000 });
    const runId = await followRunId(redis);
    const opened = redis;
    return {
      db,
      redis,
      runId,
      async close() {
        opened.disconnect();
        await db.destroy();
      },
    };
  } catch {
    redis?.disconnect();
    await db.destroy();
    const hosts = redisUrls(redisUrl).map(hostOf).join(', ');
    throw new CommandError(`Redis at ${hosts} does not answer, or not to this password.`);
  }
}

/** Host and port only: a url may hold a password. */
function hostOf(url: string): string {
  return new URL(url).host;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf)[0] ?? 'unknown';
  return error instanceof Error ? (error.message.split('\n')[0] ?? 'unknown') : String(error);
}
