import { Cluster, type RedisOptions } from 'ioredis';
import { serverOptions } from '../../config/redis-urls.ts';
import type { Logger } from '../logging/logger.ts';
import type { Server } from './redis.ts';
import { retryDelayMs } from './retry-delay.ts';

/**
 * How often the table of slots is read anew: a master that died is not there any more to say who came after it, and one that
 * says MOVED is asked no sooner.
 */
const SLOTS_READ_EVERY_MS = 1_000;

/**
 * Opens a Redis Cluster and waits until its table of slots is known; a server is connected with its first command.
 *
 * What had an effect is never sent twice: a command whose connection broke is refused. One that went to the wrong server
 * (MOVED, ASK) had none and goes on to the right one. Nothing waits for a server that is away: the caller hears of it at
 * once, as with one Redis.
 *
 * @param urls  some of its servers; the others are found
 * @throws when none of them answers within `connectTimeoutMs`
 */
export async function openCluster(
  urls: readonly string[],
  {
    logger,
    connectTimeoutMs,
    redisOptions,
  }: { logger: Logger; connectTimeoutMs: number; redisOptions: RedisOptions },
): Promise<Cluster> {
  const named = urls.map(serverOptions);
  const { host: _host, port: _port, ...access } = named[0] ?? {};
  const cluster = new Cluster(
    named.map(({ host, port }) => ({ host, port })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: false, // a cluster that lost one of its masters still serves the others' keys
      clusterRetryStrategy: retryDelayMs,
      clusterNodeRetryStrategy: retryDelayMs,
      retryDelayOnFailover: 0, // 0: never
      retryDelayOnClusterDown: 0,
      redisOptions: {
        ...access,
        maxRetriesPerRequest: 0,
        autoResendUnfulfilledCommands: false,
        connectTimeout: connectTimeoutMs,
        ...redisOptions,
      },
      ...(redisOptions.enableAutoPipelining ? { enableAutoPipelining: true } : {}),
    },
  );
  const name = redisOptions.connectionName;
  cluster.on('error', (error: Error) => logger.warn('redis cluster', { name, error: error.message }));
  cluster.on('node error', (error: Error, address: string) =>
    logger.warn('redis connection', { name, address, error: error.message }),
  );
  await withinTime(cluster, connectTimeoutMs, (resolve) => {
    cluster.once('ready', resolve);
    cluster.connect().catch(() => undefined); // retried until the time is up
  });
  // ioredis' own timer (slotsRefreshInterval) goes on for ever when the cluster is left while the table is being read.
  const timer = setInterval(() => cluster.refreshSlotsCache(), SLOTS_READ_EVERY_MS).unref();
  cluster.once('end', () => clearInterval(timer));
  return cluster;
}

/**
 * Connects to every server, now and when one joins, and waits for the masters; a replica is connected before it is needed.
 * From then on nothing is kept back while a server is away.
 */
export async function connectServers(cluster: Cluster, connectTimeoutMs: number): Promise<void> {
  const join = (server: Server): void => {
    server.options.enableOfflineQueue = false;
    if (server.status === 'wait') server.connect().catch(() => undefined); // retried by itself
  };
  cluster.on('+node', join);
  cluster.nodes().forEach(join);
  await withinTime(cluster, connectTimeoutMs, (resolve) => {
    const connected = cluster
      .nodes('master')
      .filter(({ status }) => status !== 'ready')
      .map((server) => new Promise((isReady) => server.once('ready', isReady)));
    void Promise.all(connected).then(() => resolve());
  });
}

async function withinTime(
  cluster: Cluster,
  timeoutMs: number,
  begin: (resolve: () => void) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      cluster.disconnect();
      reject(new Error(`Redis Cluster does not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    begin(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
