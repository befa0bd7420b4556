import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logging/logger.ts';

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

/**
 * Connects and waits until commands are answered.
 *
 * @throws when the server does not answer within `connectTimeoutMs`
 */
export async function connectRedis(
  url: string,
  role: RedisRole,
  { logger, connectTimeoutMs = 5_000 }: { logger: Logger; connectTimeoutMs?: number },
): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: connectTimeoutMs,
    connectionName: `stampede-${role}`,
    retryStrategy: (tries) => Math.min(50 * tries, 500),
    ...ROLES[role],
  });
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
  return redis;
}
