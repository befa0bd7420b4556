import { Redis as Connection, type RedisOptions } from 'ioredis';
import { redisUrls, serverOptions } from '../../config/redis-urls.ts';
import type { Logger } from '../logging/logger.ts';
import { keySlot } from './key-slot.ts';
import { openCluster } from './open-cluster.ts';
import { addressOf, type Server } from './redis.ts';
import { retryDelayMs } from './retry-delay.ts';

/** Opens plain connections to the one server that has a key: what blocks, subscribes, or is a library's. */
export interface ServerFinder {
  /** A connection that comes back by itself; on a cluster to whichever server has the key by then. */
  connect(options: RedisOptions): Server;
  /** After its connections are closed. */
  close(): void;
}

/**
 * Finds the server that has a key. On a cluster its connections follow the key: when the table of slots names another
 * server, they leave the one they have, also when that has not closed them (it is frozen, or cut off).
 *
 * @throws when no server of a cluster answers within `connectTimeoutMs`
 */
export async function findServer(
  url: string,
  key: string,
  { logger, connectTimeoutMs = 5_000 }: { logger: Logger; connectTimeoutMs?: number },
): Promise<ServerFinder> {
  const urls = redisUrls(url);
  const [first = ''] = urls;
  if (urls.length === 1) {
    return {
      connect: (options) => new Connection(url, { ...options, retryStrategy: retryDelayMs }),
      close: () => undefined,
    };
  }
  const table = await openCluster(urls, {
    logger,
    connectTimeoutMs,
    redisOptions: { connectionName: 'stampede-slots', commandTimeout: 1_000 },
  });
  const connections = new Set<Server>();
  const owner = (): Pick<RedisOptions, 'host' | 'port'> => {
    const address = table.slots[keySlot(key)]?.[0] ?? '';
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  };
  table.on('refresh', () => {
    for (const server of connections) {
      const isElsewhere = addressOf(server.options) !== addressOf(owner());
      if (isElsewhere && isConnected(server)) server.disconnect(true);
    }
  });
  return {
    connect(options) {
      const server: Server = new Connection({
        ...serverOptions(first),
        ...owner(),
        ...options,
        retryStrategy: (tries) => {
          Object.assign(server.options, owner()); // read when it connects
          return retryDelayMs(tries);
        },
      });
      connections.add(server);
      server.once('end', () => connections.delete(server));
      return server;
    },
    close: () => table.disconnect(),
  };
}

/** Connected, or about to be: a server that hangs takes connections and then says nothing. */
function isConnected({ status }: Server): boolean {
  return status === 'ready' || status === 'connect' || status === 'connecting';
}
