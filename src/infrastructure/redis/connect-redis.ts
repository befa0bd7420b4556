import { randomUUID } from 'node:crypto';
import type { RedisOptions } from 'ioredis';
import { redisUrls } from '../../config/redis-urls.ts';
import type { Logger } from '../logging/logger.ts';
import { findServer } from './find-server.ts';
import { connectServers, openCluster } from './open-cluster.ts';
import type { Redis, Server } from './redis.ts';

/**
 * What a connection is for. Nobody's commands are ever sent twice: with ioredis' defaults a command whose reply was
 * cut runs again after the reconnect, and an admit that runs twice takes two units.
 */
const ROLES = {
  /** The purchase path: an answer within 500 ms, or the shopper is told that it is not known. */
  gate: { commandTimeout: 500 },
  /** Reads, announcements, repairs. Reads of one event-loop turn share a round trip. */
  store: { commandTimeout: 2_000, enableAutoPipelining: true },
  /** Subscriptions come back by themselves after a reconnect. */
  subscriber: { maxRetriesPerRequest: null, enableOfflineQueue: true },
} as const satisfies Record<string, RedisOptions>;

export type RedisRole = keyof typeof ROLES;

interface ConnectDeps {
  logger: Logger;
  connectTimeoutMs?: number;
}

/**
 * Connects and waits until commands are answered: to one server, or to a cluster when the URL names several with commas
 * between. The one place that tells them apart; a subscriber is one connection to any server, for each hears all.
 *
 * @throws when the server, or one master of the cluster, does not answer within `connectTimeoutMs`; when the one that is
 *         named is of a cluster
 */
export function connectRedis(url: string, role: 'subscriber', deps: ConnectDeps): Promise<Server>;
export function connectRedis(url: string, role: RedisRole, deps: ConnectDeps): Promise<Redis>;
export async function connectRedis(
  url: string,
  role: RedisRole,
  { logger, connectTimeoutMs = 5_000 }: ConnectDeps,
): Promise<Redis> {
  const urls = redisUrls(url);
  const connectionName = `stampede-${role}`;
  if (urls.length > 1 && role !== 'subscriber') {
    const redisOptions = { connectionName, ...ROLES[role] };
    const cluster = await openCluster(urls, { logger, connectTimeoutMs, redisOptions });
    await connectServers(cluster, connectTimeoutMs);
    return cluster;
  }
  // Subscribers of a cluster spread over its servers: each follows a key of its own.
  const finder = await findServer(url, randomUUID(), { logger, connectTimeoutMs });
  const redis = finder.connect({
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: connectTimeoutMs,
    connectionName,
    ...ROLES[role],
  });
  redis.once('end', () => finder.close());
  redis.on('error', (error: Error) => {
    logger.warn('redis connection', { role, error: error.message });
  });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      redis.disconnect();
      reject(new Error(`Redis does not answer within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    redis.connect().catch(() => undefined); // retried until the timer above
  });
  if (urls.length === 1 && (await redis.info('cluster')).includes('cluster_enabled:1')) {
    redis.disconnect();
    throw new Error('REDIS_URL names one server of a Redis Cluster: name two of them, with a comma between');
  }
  return redis;
}
